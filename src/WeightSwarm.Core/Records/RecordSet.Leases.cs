namespace WeightSwarm.Core.Records;

/// <summary>
/// How long records live: each by its own lease, and those that a renewal of their author lists for as long as that
/// lives, too. It follows from the records in the set alone: what a newer renewal lists no longer is back to its own
/// lease.
/// </summary>
public sealed partial class RecordSet
{
    // More than anybody's renewal has had: hardly ever more than one.
    private int _pages;

    /// <summary>Whether a record's own lease is over, so that somebody may accept it for a renewal alone.</summary>
    public static bool LivesByRenewal(Record record, Instant now) =>
        Renewals.MayRenew(record.Kind) && record.IssuedMs + record.TtlMs <= now.UnixMs;

    /// <summary>The renewals in this set that list a record.</summary>
    public IEnumerable<Record> RenewalsOf(Record record)
    {
        for (var page = 0; page < _pages; page++)
            if (Find(Renewals.Key(record.Author, page)) is { } renewal && Renewals.Lists(renewal, record))
                yield return renewal;
    }

    private bool IsRenewed(Record record, Instant now) => RenewedUntilMs(record) > now.MonotonicMs;

    /// <summary>When (monotonic) the last renewal that lists a record ends.</summary>
    private long RenewedUntilMs(Record record)
    {
        var untilMs = long.MinValue;
        if (!Renewals.MayRenew(record.Kind)) return untilMs;
        for (var page = 0; page < _pages; page++)
            if (_table.Find(Renewals.Key(record.Author, page), out var endsMs) is { } renewal &&
                Renewals.Lists(renewal, record.Id.Prefix))
                untilMs = Math.Max(untilMs, endsMs);
        return untilMs;
    }

    /// <summary>The wall clock may be wrong on either side; the monotonic one bounds the lease whatever it
    /// says.</summary>
    private long OwnEndMs(Record record, Instant now) => now.MonotonicMs +
        Math.Min(record.IssuedMs + record.TtlMs - now.UnixMs, record.TtlMs) + ClockSkewMs;

    /// <summary>A renewal has come, or has taken the place of another one, or was taken out.</summary>
    private void Relet(Record? renewal, Record? old, Instant now)
    {
        if (renewal is not null) _pages = Math.Max(_pages, 1 + Renewals.PageOf(renewal));
        var listed = renewal is null ? [] : Renewals.Listed(renewal);
        foreach (var shortId in listed) Relet(renewal!, shortId, now);
        if (old is null) return;
        foreach (var shortId in Renewals.Listed(old))
            if (listed.BinarySearch(shortId) < 0)
                Relet(old, shortId, now);
    }

    private void Relet(Record renewal, ulong shortId, Instant now) => _table.MoveEnds(
        shortId, renewal.Author,
        // A wall clock that was set meanwhile makes no lease longer than it was.
        (record, endsMs) => Math.Max(Math.Min(endsMs, OwnEndMs(record, now)), RenewedUntilMs(record)));
}
