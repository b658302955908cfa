using System.Globalization;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// The tensor types of ggml (ggml/include/ggml.h, ggml-common.h): so many elements make a block of so many bytes. Types
/// that were removed, and those whose blocks differ between forks, have no known size.
/// </summary>
internal static class GgmlType
{
    private static readonly (string Name, int Elements, int Bytes)[] _types = Table();

    /// <summary>Its name in GGUF files' names, such as Q4_K; made up for a type that is not known here.</summary>
    public static string Name(uint type) => type < _types.Length && _types[type].Name.Length > 0
        ? _types[type].Name
        : string.Create(CultureInfo.InvariantCulture, $"type_{type}");

    /// <summary>Elements and bytes of a block; false where that is not known.</summary>
    public static bool Block(uint type, out int elements, out int bytes)
    {
        (elements, bytes) = type < _types.Length ? (_types[type].Elements, _types[type].Bytes) : (0, 0);
        return bytes > 0;
    }

    private static (string, int, int)[] Table()
    {
        var types = new (string, int, int)[43];
        Array.Fill(types, ("", 0, 0));
        Plain(types);
        Legacy(types);
        KAndI(types);
        types[39] = ("MXFP4", 32, 17);
        types[40] = ("NVFP4", 64, 36);
        types[41] = ("Q1_0", 0, 0);
        types[42] = ("Q2_0", 0, 0);
        return types;
    }

    private static void Plain((string, int, int)[] types)
    {
        types[0] = ("F32", 1, 4);
        types[1] = ("F16", 1, 2);
        types[24] = ("I8", 1, 1);
        types[25] = ("I16", 1, 2);
        types[26] = ("I32", 1, 4);
        types[27] = ("I64", 1, 8);
        types[28] = ("F64", 1, 8);
        types[30] = ("BF16", 1, 2);
    }

    private static void Legacy((string, int, int)[] types)
    {
        types[2] = ("Q4_0", 32, 18);
        types[3] = ("Q4_1", 32, 20);
        types[6] = ("Q5_0", 32, 22);
        types[7] = ("Q5_1", 32, 24);
        types[8] = ("Q8_0", 32, 34);
        types[9] = ("Q8_1", 32, 36);
    }

    private static void KAndI((string, int, int)[] types)
    {
        types[10] = ("Q2_K", 256, 84);
        types[11] = ("Q3_K", 256, 110);
        types[12] = ("Q4_K", 256, 144);
        types[13] = ("Q5_K", 256, 176);
        types[14] = ("Q6_K", 256, 210);
        types[15] = ("Q8_K", 256, 292);
        types[16] = ("IQ2_XXS", 256, 66);
        types[17] = ("IQ2_XS", 256, 74);
        types[18] = ("IQ3_XXS", 256, 98);
        types[19] = ("IQ1_S", 256, 50);
        types[20] = ("IQ4_NL", 32, 18);
        types[21] = ("IQ3_S", 256, 110);
        types[22] = ("IQ2_S", 256, 82);
        types[23] = ("IQ4_XS", 256, 136);
        types[29] = ("IQ1_M", 256, 56);
        types[34] = ("TQ1_0", 256, 54);
        types[35] = ("TQ2_0", 256, 66);
    }
}
