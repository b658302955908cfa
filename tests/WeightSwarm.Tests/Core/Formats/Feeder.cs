using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>Feeds parsers from memory.</summary>
internal static class Feeder
{
    /// <summary>Feeds all that the parser asks for, in chunks of at most that many bytes.</summary>
    public static T Run<T>(T parser, ReadOnlySpan<byte> file, int chunk = int.MaxValue) where T : ChunkParser
    {
        while (!parser.IsDone)
        {
            if (parser.Offset >= file.Length)
            {
                parser.End();
                break;
            }
            var rest = file[(int)parser.Offset..];
            parser.Feed(rest[..Math.Min(chunk, rest.Length)]);
        }
        return parser;
    }

    /// <summary>The fault, whatever the size of the chunks, which must not matter.</summary>
    public static Fault? FaultOf(Func<ChunkParser> create, byte[] file)
    {
        var whole = Run(create(), file).Fault;
        foreach (var chunk in (int[])[1, 3, 7, 64])
        {
            var part = Run(create(), file, chunk).Fault;
            Assert.Equal((whole is null, whole?.What), (part is null, part?.What));
        }
        return whole;
    }
}
