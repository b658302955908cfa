using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Catalogue;

/// <summary>The founder's signed rules of a network.</summary>
/// <param name="Name">For people.</param>
/// <param name="Curators">Who may add entries, beside the founder.</param>
/// <param name="Policy">The rules that every node follows.</param>
public sealed record Charter(string Name, ImmutableArray<Curator> Curators, Policy Policy)
{
    /// <summary>
    /// Whether that key could catalogue a model of that name at that time; the founder always can and is not asked
    /// here. The time is that of the entry, so that what a curator catalogued outlives its term: a term's end is no
    /// judgement on its work, and taking the key out of the charter is.
    /// </summary>
    public bool IsCurator(NodeId key, string model, long unixMs) => Of(key) is { } curator &&
        (curator.ExpiresMs == 0 || curator.ExpiresMs > unixMs) &&
        model.StartsWith(curator.Scope, StringComparison.Ordinal);

    /// <summary>The curator of that id, or null.</summary>
    public Curator? Of(NodeId key) => Curators.FirstOrDefault(c => c.Key == key);
}

/// <summary>A key that may add catalogue entries.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo (DER), 91 bytes.</param>
/// <param name="ExpiresMs">Unix milliseconds; 0: never.</param>
/// <param name="Scope">Prefix of the model names that it may add; empty: all.</param>
/// <param name="BudgetBytes">Of all its active entries together; 0: no limit.</param>
public sealed record Curator(ImmutableArray<byte> PublicKey, long ExpiresMs, string Scope, long BudgetBytes)
{
    /// <summary>The key's id.</summary>
    public NodeId Key { get; } = NodeId.Of(PublicKey.AsSpan());
}
