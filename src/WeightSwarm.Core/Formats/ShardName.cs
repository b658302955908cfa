using System.Globalization;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// The name of one of several files that hold a model: PREFIX-00001-of-00003.EXT. The numbers have five or six digits,
/// not always the same (model-00001-of-000163.safetensors); before them stands '-' or '_'.
/// </summary>
/// <param name="Stem">Folder and prefix, separator included.</param>
/// <param name="Number">The first number.</param>
/// <param name="Total">The second number.</param>
/// <param name="Extension">With its dot.</param>
/// <param name="Width">Digits of the first number.</param>
/// <param name="TotalText">The second number as written.</param>
public sealed record ShardName(string Stem, int Number, int Total, string Extension, int Width, string TotalText)
{
    /// <summary>Reads the name of a shard; null for any other path.</summary>
    public static ShardName? Parse(string path)
    {
        var dot = path.LastIndexOf('.');
        if (dot <= path.LastIndexOf('/')) return null;
        var total = Digits(path, dot);
        var of = dot - total - "-of-".Length;
        if (total == 0 || of <= 0 || string.CompareOrdinal(path, of, "-of-", 0, 4) != 0) return null;
        var number = Digits(path, of);
        var stem = of - number;
        if (number == 0 || stem == 0 || path[stem - 1] is not ('-' or '_')) return null;
        return new ShardName(
            path[..stem], int.Parse(path.AsSpan(stem, number), NumberStyles.None, CultureInfo.InvariantCulture),
            int.Parse(path.AsSpan(dot - total, total), NumberStyles.None, CultureInfo.InvariantCulture),
            path[dot..], number, path[(dot - total)..dot]);
    }

    /// <summary>What all shards of one set have in common.</summary>
    public string Set => $"{Stem}*-of-{Total.ToString(CultureInfo.InvariantCulture)}{Extension}";

    /// <summary>The path of another shard of the same set.</summary>
    public string Sibling(int number) =>
        $"{Stem}{number.ToString(CultureInfo.InvariantCulture).PadLeft(Width, '0')}-of-{TotalText}{Extension}";

    /// <summary>Five or six digits before that position, or 0.</summary>
    private static int Digits(string path, int end)
    {
        var count = 0;
        while (count < end && count < 7 && char.IsAsciiDigit(path[end - 1 - count])) count++;
        return count is 5 or 6 ? count : 0;
    }
}
