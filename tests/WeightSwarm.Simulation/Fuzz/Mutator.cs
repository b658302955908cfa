using WeightSwarm.Core;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>Changes samples in a few places, the way damage and enemies do; the same for the same draws.</summary>
internal sealed class Mutator(SplitMix64 random)
{
    private const int MostBytes = 64 * 1024;

    /// <summary>One of the samples, changed in one to four places.</summary>
    public byte[] Mutate(IReadOnlyList<byte[]> samples)
    {
        List<byte> bytes = [.. Pick(samples)];
        for (var times = 1 + random.Below(4); times > 0; times--) Change(bytes, Pick(samples));
        if (bytes.Count > MostBytes) bytes.RemoveRange(MostBytes, bytes.Count - MostBytes);
        return [.. bytes];
    }

    private byte[] Pick(IReadOnlyList<byte[]> samples) => samples[Below(samples.Count)];

    private int Below(int bound) => (int)random.Below(Math.Max(1, bound));

    private void Change(List<byte> bytes, byte[] other)
    {
        var at = Below(bytes.Count);
        var length = Math.Min(1 + Below(40), bytes.Count - at);
        if (bytes.Count == 0)
        {
            bytes.Add((byte)random.Next());
            return;
        }
        switch (random.Below(10))
        {
            case 0: bytes[at] ^= (byte)(1 << Below(8)); break;
            case 1: bytes[at] = (byte)random.Next(); break;
            case 2: bytes.Insert(at, (byte)random.Next()); break;
            case 3: bytes.RemoveRange(at, length); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 6: Splice(bytes, at, other); break;
            case 7: Fill(bytes, at, (byte)(Below(3) switch { 0 => 0xFF, 1 => 0, _ => 0x7F })); break;
            case 8: bytes.InsertRange(at, Varint()); break;
            default: bytes[at] = (byte)"0123456789:deil/.-"[Below(18)]; break;
        }
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        var from = Below(other.Length);
        var part = other.AsSpan(from, Math.Min(1 + Below(60), other.Length - from));
        bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        bytes.InsertRange(at, part.ToArray());
    }

    private void Fill(List<byte> bytes, int at, byte value)
    {
        for (var i = at; i < Math.Min(at + (1 << Below(5)), bytes.Count); i++) bytes[i] = value;
    }

    /// <summary>A number as protobuf writes it, near a power of two: lengths and tags become enormous.</summary>
    private byte[] Varint()
    {
        var value = (1UL << Below(64)) + (ulong)random.Below(3) - 1;
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
