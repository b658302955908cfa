using System.Globalization;
using System.Text;

namespace Grpc.Wire;

/// <summary>The value of "grpc-message": UTF-8, every byte outside ' '..'~' and '%' itself written as %XX.</summary>
internal static class PercentCoding
{
    /// <summary>Encodes any text.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains('%')) return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= 0x20 and <= 0x7E and not (byte)'%') encoded.Append((char)octet);
            else encoded.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }

        return encoded.ToString();
    }

    /// <summary>Decodes; what is not a valid escape stays as it is, since a message must never be lost.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%')) return text;
        var source = Encoding.UTF8.GetBytes(text);
        var decoded = new byte[source.Length];
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == (byte)'%' && i + 2 < source.Length
                && byte.TryParse(source.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, null, out var octet))
            {
                decoded[length++] = octet;
                i += 2;
            }
            else
            {
                decoded[length++] = source[i];
            }
        }

        return Encoding.UTF8.GetString(decoded, 0, length);
    }
}
