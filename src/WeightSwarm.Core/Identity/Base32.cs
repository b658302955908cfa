namespace WeightSwarm.Core.Identity;

/// <summary>Base32 of RFC 4648 section 6, lower case, without padding: how ids and invites are shown.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>ceil(8 n / 5) characters for n bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length * 8 + 4) / 5];
        int buffer = 0, bits = 0, at = 0;
        foreach (var b in bytes)
        {
            buffer = (buffer << 8 | b) & 0xFFF;
            bits += 8;
            for (; bits >= 5; bits -= 5) text[at++] = Alphabet[buffer >> (bits - 5) & 31];
        }
        if (bits > 0) text[at] = Alphabet[buffer << (5 - bits) & 31];
        return new string(text);
    }

    /// <summary>
    /// The bytes of a text, upper or lower case; no for a foreign character, a length that no byte string has, or
    /// leftover bits that are not zero (so that every byte string has one text).
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length * 5 / 8];
        int buffer = 0, bits = 0, at = 0;
        foreach (var c in text)
        {
            var digit = Digit(c);
            if (digit < 0) return false;
            buffer = (buffer << 5 | digit) & 0xFFF;
            bits += 5;
            if (bits < 8) continue;
            bits -= 8;
            bytes[at++] = (byte)(buffer >> bits);
        }
        return bits < 5 && (buffer & ((1 << bits) - 1)) == 0;
    }

    private static int Digit(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= 'A' and <= 'Z' => c - 'A',
        >= '2' and <= '7' => c - '2' + 26,
        _ => -1,
    };
}
