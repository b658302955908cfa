namespace WeightSwarm.Core.Formats;

/// <summary>The dtypes of safetensors and their sizes.</summary>
internal static class SafetensorsDtype
{
    /// <summary>Bits of an element; 0 for a dtype that is newer than this program.</summary>
    public static int Bits(string dtype) => dtype switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E5M2" or "F8_E4M3" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "I16" or "U16" or "F16" or "BF16" => 16,
        "I32" or "U32" or "F32" => 32,
        "C64" or "F64" or "I64" or "U64" => 64,
        _ => 0,
    };

    /// <summary>Whether it may be the name of a dtype, known or not.</summary>
    public static bool IsName(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > 16) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '_')
                return false;
        return true;
    }
}
