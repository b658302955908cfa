namespace WeightSwarm.Core.Catalogue;

/// <summary>Lower case of A to Z alone: the same on every machine and in every language.</summary>
internal static class AsciiCase
{
    public static string Lower(string text) => text.Any(char.IsAsciiLetterUpper)
        ? string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
        })
        : text;
}
