using WeightSwarm.Core;

namespace WeightSwarm.Node.Control;

/// <summary>Sizes of the control protocol, which are unsigned, as people read and write them.</summary>
public static class SizeText
{
    /// <summary>In SI units, such as "1.6 TB".</summary>
    public static string Format(ulong bytes) => ByteSize.Format((long)Math.Min(bytes, long.MaxValue));

    /// <summary>Reads what <see cref="ByteSize.TryParse"/> reads, up to 2^63 - 1 bytes.</summary>
    public static bool TryParse(string text, out ulong bytes)
    {
        var parsed = ByteSize.TryParse(text, out var signed);
        bytes = parsed ? (ulong)signed : 0;
        return parsed;
    }
}
