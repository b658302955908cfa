using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Pushes what was asked for or found missing. A record that lives by a renewal alone is refused by whoever does not
/// have that, so it goes in front: once, since one renewal keeps many records.
/// </summary>
internal sealed partial class GossipState
{
    private void Push(Session session, IEnumerable<Record> records, Instant now)
    {
        // One that was lost on the way goes in front again with the next comparison.
        if (session.Renewals is not null && now.MonotonicMs - session.RenewalsMs >= Pace.ReconcileMs / 2)
            EndRenewals(session);
        foreach (var record in records)
        {
            if (RecordSet.LivesByRenewal(record, now)) PushInFront(session, _records.RenewalsOf(record), now);
            if (record.Kind != RecordKind.Renewal || !WentInFront(session, record)) _outbox.Push(session.Id, record);
        }
    }

    private void PushInFront(Session session, IEnumerable<Record> renewals, Instant now)
    {
        foreach (var renewal in renewals)
        {
            if (session.Renewals is null) (session.Renewals, session.RenewalsMs) = ([], now.MonotonicMs);
            if (session.Renewals.TryAdd(renewal.Id.Prefix, true)) _outbox.Push(session.Id, renewal);
        }
    }

    /// <summary>Whether a renewal that is asked for is there already, or on the way.</summary>
    private static bool WentInFront(Session session, Record renewal)
    {
        if (session.Renewals is null) return false;
        var (key, went) = (renewal.Id.Prefix, session.Renewals.GetValueOrDefault(renewal.Id.Prefix));
        session.Renewals[key] = false;
        return went;
    }

    /// <summary>All that was asked for in one comparison has been pushed.</summary>
    private static void EndRenewals(Session session) => session.Renewals = null;
}
