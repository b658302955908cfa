using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// How often authors may change what they say, by kind. Only records that were accepted are charged: nobody can use up
/// an author's budget, nor that of newcomers, with forgeries. The catalogue is not limited here; the charter says who
/// may write it.
/// </summary>
internal sealed class AuthorBudget
{
    private const int MostBuckets = 1 << 16;

    private readonly FlatMap<(NodeId Author, RecordKind Kind), TokenBucket> _spent = new(salt: 0);
    private TokenBucket _strangers;

    /// <summary>Whether a record may be looked at; what is over is dropped, and anti-entropy brings it later.</summary>
    /// <param name="record">Not checked yet.</param>
    /// <param name="known">Whether a node record of its author is known.</param>
    /// <param name="limits">Of the network's pace.</param>
    /// <param name="nowMs">Monotonic.</param>
    public bool Allows(Record record, bool known, AdmissionLimits limits, long nowMs)
    {
        if (IsCatalogue(record.Kind)) return true;
        if (!known && !_strangers.Has(limits.Strangers, 1, nowMs)) return false;
        return !_spent.TryGetValue((record.Author, record.Kind), out var bucket) ||
            bucket.Has(RateOf(record.Kind, limits), 1, nowMs);
    }

    /// <summary>Charges its author for a record that was accepted.</summary>
    public void Charge(Record record, bool known, AdmissionLimits limits, long nowMs)
    {
        if (IsCatalogue(record.Kind)) return;
        if (!known) _strangers.TryTake(limits.Strangers, 1, nowMs);
        var key = (record.Author, record.Kind);
        if (_spent.Count >= MostBuckets && !_spent.TryGetValue(key, out _)) Sweep(limits, nowMs);
        _spent.At(key).TryTake(RateOf(record.Kind, limits), 1, nowMs);
    }

    private void Sweep(AdmissionLimits limits, long nowMs)
    {
        _spent.RemoveWhere((key, bucket) => bucket.IsFull(RateOf(key.Kind, limits), nowMs));
        // All are in use: none can be told from another cheaply, and a fresh start errs on the kind side.
        if (_spent.Count >= MostBuckets) _spent.RemoveWhere((_, _) => true);
    }

    private static TokenRate RateOf(RecordKind kind, AdmissionLimits limits) =>
        kind is RecordKind.Holding or RecordKind.Claim or RecordKind.ReleaseIntent or RecordKind.Observation
            or RecordKind.AuditReport ? limits.WideKind : limits.NarrowKind;

    private static bool IsCatalogue(RecordKind kind) => kind is RecordKind.Charter or RecordKind.Entry;
}
