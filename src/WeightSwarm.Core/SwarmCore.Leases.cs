using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>
/// What keeps this node's own node record and holdings: as long as they say what is so, none is written anew for its
/// lease, but all are listed in one renewal (more than 1,024 of them in several).
/// </summary>
public sealed partial class SwarmCore
{
    private Hash256 _saidNodeId;
    private long _renewedMs = long.MinValue;
    private bool _renewsAgain;

    /// <summary>Others may have renewals of this node.</summary>
    private bool SaysRenewals =>
        Enumerable.Range(0, Renewals.MostPages).Any(page => _records.Find(Renewals.Key(Self, page)) is not null);

    /// <summary>When (monotonic) the oldest of this node's leases is so old that all are renewed.</summary>
    private long LeasesDueMs()
    {
        if (_renewsAgain) return long.MinValue;
        var oldestMs = Math.Min(_saidNode is null ? long.MaxValue : _saidNodeMs, _replication.OldestSaidMs);
        return oldestMs == long.MaxValue ? oldestMs : Math.Max(_renewedMs, oldestMs) + Pace.LeaseRenewMs;
    }

    private void TendLeases(Instant now)
    {
        if (now.MonotonicMs < LeasesDueMs()) return;
        if (IsCloned(now))
        {
            // Two that share a key would take each other's renewals away, and with them what only those keep.
            (_saidNode, _renewsAgain) = (null, false);
            _replication.SayAllAgain();
            return;
        }
        (_renewedMs, _renewsAgain) = (now.MonotonicMs, false);
        List<Record> standing = [];
        // Only what this run has said: it vouches for nothing else, unless it has yet to speak.
        if (OwnNode() is { } node && (_self is null || node.Id == _saidNodeId)) standing.Add(node);
        else _saidNode = null;
        standing.AddRange(_replication.Standing(
            model => _records.Find(RecordKey.Of(Self, RecordKind.Holding, model.ToArray())),
            Renewals.MostPages * Renewals.MostListed - standing.Count, TakesUp(now)));
        SayRenewals(standing);
    }

    private void SayRenewals(IReadOnlyList<Record> standing)
    {
        var pages = standing.Select(r => r.Id.Prefix).Chunk(Renewals.MostListed).ToList();
        for (var page = 0; page < Renewals.MostPages; page++)
            if (page < pages.Count) SayRenewal(page, pages[page]);
            // What an earlier renewal lists and this one does not is to end.
            else if (_records.Find(Renewals.Key(Self, page)) is { } old && !Renewals.Listed(old).IsEmpty)
                SayRenewal(page, []);
    }

    private void SayRenewal(int page, ulong[] listed) =>
        Say(RecordKind.Renewal, Renewals.Subject(page), Renewals.Write(listed), Pace.LeaseTtlMs);

    private Record? OwnNode() => _records.Find(RecordKey.Of(Self, RecordKind.Node, []));

    /// <summary>A renewal is its author's word: what its node record says is so still.</summary>
    private void TakeRenewal(Record renewal, Instant now)
    {
        if (_records.Find(RecordKey.Of(renewal.Author, RecordKind.Node, [])) is not { } node) return;
        if (!Renewals.Lists(renewal, node)) return;
        _views.Accepted(node, now);
        _gossip.Learn(node, now);
    }
}
