using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>What a core is made of.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Signer">The node's key.</param>
/// <param name="Verifier">Checks everybody's signatures.</param>
/// <param name="Sequence">Numbers of the node's own records.</param>
/// <param name="Seed">Of all choices that need not be secret.</param>
/// <param name="Secret">32 bytes that nobody else knows, new for each run: the salts of reconciliation come from
/// it.</param>
public sealed record CoreParts(
    NetworkId Network, ISigner Signer, ISignatureVerifier Verifier, ISequence Sequence, ulong Seed,
    ReadOnlyMemory<byte> Secret)
{
    /// <summary>What other cores in this process have read and checked; null where there are none.</summary>
    public IKnownRecords? Known { get; init; }

    /// <summary>
    /// All peers run in this process and are trusted, as in a simulation: reconciliation takes its fingerprints from
    /// sums, which an enemy could forge. Either all of them do or none.
    /// </summary>
    public bool TrustsPeers { get; init; }

    /// <summary>From which size on the network is parted; the same for all its nodes.</summary>
    public BucketRules Buckets { get; init; } = BucketRules.Default;
}
