using System.Text;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>Damages files the way disks, networks and enemies do.</summary>
internal static class Mutation
{
    private static readonly string[] _numbers =
        ["0", "1", "-1", "255", "2147483648", "4294967296", "9223372036854775807", "18446744073709551615", "1e9"];

    /// <summary>One of the samples, changed in one to three places.</summary>
    public static byte[] Of(byte[][] samples, Random random)
    {
        var bytes = new List<byte>(samples[random.Next(samples.Length)]);
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
            Change(bytes, random.Next(bytes.Count), samples[random.Next(samples.Length)], random);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, int at, byte[] other, Random random)
    {
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)"{}[]\",:0\\u(.ct"[random.Next(14)]; break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: bytes.Insert(at, (byte)random.Next(256)); break;
            case 6: Splice(bytes, at, other, random); break;
            case 7: Extreme(bytes, at, random); break;
            default: Number(bytes, at, random); break;
        }
    }

    private static void Splice(List<byte> bytes, int at, byte[] other, Random random)
    {
        var from = random.Next(other.Length);
        var part = other[from..Math.Min(from + random.Next(1, 60), other.Length)];
        bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        bytes.InsertRange(at, part);
    }

    /// <summary>A run of one byte: lengths become enormous, or nothing.</summary>
    private static void Extreme(List<byte> bytes, int at, Random random)
    {
        var value = (byte)(random.Next(3) switch { 0 => 0xFF, 1 => 0, _ => 0x7F });
        for (var i = at; i < Math.Min(at + (1 << random.Next(4)), bytes.Count); i++) bytes[i] = value;
    }

    private static void Number(List<byte> bytes, int at, Random random)
    {
        var start = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0) return;
        var end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9') end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(_numbers[random.Next(_numbers.Length)]));
    }
}
