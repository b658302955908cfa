using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>Feeds parsers from files: only what they ask for is read.</summary>
internal static class HeaderReader
{
    // A header is mostly read whole, so a few pages more cost nothing; a large one should not take many calls.
    private const int FirstBytes = 16 << 10, ChunkBytes = 256 << 10;

    /// <summary>Feeds a parser until it is done or the file ends.</summary>
    /// <param name="file">The file.</param>
    /// <param name="parser">Starts at its own offset.</param>
    /// <param name="end">The offset that counts as the end of the file.</param>
    /// <param name="cancellation">Ends the work within one chunk.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Run(SafeFileHandle file, ChunkParser parser, long end, CancellationToken cancellation)
    {
        var buffer = new byte[(int)Math.Clamp(end - parser.Offset, 1, FirstBytes)];
        while (!parser.IsDone)
        {
            cancellation.ThrowIfCancellationRequested();
            var left = end - parser.Offset;
            var read = left <= 0
                ? 0
                : RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)), parser.Offset);
            if (read == 0)
            {
                parser.End();
                return;
            }
            parser.Feed(buffer.AsSpan(0, read));
            if (buffer.Length < ChunkBytes && left > buffer.Length) buffer = new byte[Math.Min(left, ChunkBytes)];
        }
    }

    /// <summary>
    /// As the other one, from a stream that cannot seek, such as one that inflates. False when the parser wanted more
    /// than <paramref name="mostBytes"/> of it.
    /// </summary>
    /// <exception cref="InvalidDataException">The stream is damaged.</exception>
    public static bool Run(Stream stream, ChunkParser parser, long mostBytes, CancellationToken cancellation)
    {
        var buffer = new byte[ChunkBytes];
        for (long at = 0; !parser.IsDone;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = stream.Read(buffer);
            if (read == 0) parser.End();
            // What the parser skips is read and dropped.
            var dropped = (int)Math.Clamp(parser.Offset - at, 0, read);
            parser.Feed(buffer.AsSpan(dropped, read - dropped));
            at += read;
            if (at > mostBytes) return parser.IsDone;
        }
        return true;
    }

    /// <summary>Reads so many bytes, or up to the end.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] Bytes(SafeFileHandle file, long offset, int count)
    {
        var buffer = new byte[count];
        var filled = 0;
        while (filled < count)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(filled), offset + filled);
            if (read == 0) break;
            filled += read;
        }
        return filled == count ? buffer : buffer[..filled];
    }
}
