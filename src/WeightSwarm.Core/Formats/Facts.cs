using System.Collections.Immutable;

namespace WeightSwarm.Core.Formats;

/// <summary>What is known of a model's weights, small enough to travel in its entry. Immutable.</summary>
public sealed record Facts
{
    /// <summary>Most dtypes that are told apart; the rest is summed as <see cref="OtherDtypes"/>.</summary>
    public const int MostDtypes = 8;
    /// <summary>Longest architecture, characters of printable ASCII.</summary>
    public const int LongestArchitecture = 64;
    /// <summary>The name of what does not fit into <see cref="Dtypes"/>.</summary>
    public const string OtherDtypes = "other";

    /// <summary>Elements of all tensors, other forms of the same weights left out; 0 where no header says it.</summary>
    public long Parameters { get; init; }
    /// <summary>The same by dtype, most first.</summary>
    public ImmutableArray<DtypeCount> Dtypes { get; init; } = [];
    /// <summary>Such as LlamaForCausalLM; empty where nothing says it.</summary>
    public string Architecture { get; init; } = "";
    /// <summary>Weight files that are here.</summary>
    public int ShardsPresent { get; init; }
    /// <summary>Weight files that their names and indexes say there are; never fewer than are here.</summary>
    public int ShardsExpected { get; init; }
    /// <summary>Weight files that were structurally broken when the model was added.</summary>
    public int BrokenFiles { get; init; }
    /// <summary>See <see cref="HazardLabels"/>; of a newer version perhaps others.</summary>
    public ImmutableArray<string> Hazards { get; init; } = [];

    /// <summary>From bytes that nobody checked: shortened, and what is not printable ASCII replaced.</summary>
    internal static string ArchitectureOf(ReadOnlySpan<byte> text)
    {
        var end = Math.Min(text.Length, LongestArchitecture);
        return string.Create(end, text[..end], (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = from[i] is > 0x20 and < 0x7F ? (char)from[i] : '?';
        });
    }
}

/// <summary>What a user of a model has to know before loading it.</summary>
public static class HazardLabels
{
    /// <summary>Nothing in the model runs code when it is loaded.</summary>
    public const string SafeFormatsOnly = "safe-formats-only";
    /// <summary>There are pickles: loading one without <c>weights_only</c> runs what it says.</summary>
    public const string ContainsPickle = "contains-pickle";
    /// <summary>A pickle asks for more than tensors need, or cannot be followed. Nobody should load it.</summary>
    public const string DangerousPickle = "dangerous-pickle";
    /// <summary>There are scripts or programs.</summary>
    public const string ContainsCode = "contains-code";
}
