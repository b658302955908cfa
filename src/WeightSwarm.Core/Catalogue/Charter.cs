using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Catalogue;

/// <summary>The founder's signed rules of a network.</summary>
/// <param name="Name">For people.</param>
/// <param name="Curators">Who may add entries, beside the founder.</param>
/// <param name="Policy">The rules that every node follows.</param>
public sealed record Charter(string Name, ImmutableArray<Curator> Curators, Policy Policy)
{
    /// <summary>Whether that key may catalogue a model of that name now; the founder always may and is not asked
    /// here.</summary>
    public bool IsCurator(NodeId key, string model, long unixMs) => Curators.Any(c =>
        c.Key == key && (c.ExpiresMs == 0 || c.ExpiresMs > unixMs) &&
        model.StartsWith(c.Scope, StringComparison.Ordinal));
}

/// <summary>A key that may add catalogue entries.</summary>
/// <param name="Key">Its id.</param>
/// <param name="ExpiresMs">Unix milliseconds; 0: never.</param>
/// <param name="Scope">Prefix of the model names that it may add; empty: all.</param>
public sealed record Curator(NodeId Key, long ExpiresMs, string Scope);
