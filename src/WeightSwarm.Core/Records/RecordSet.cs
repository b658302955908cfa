using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>
/// The one replicated set: a map of last-writer-wins registers. Everything else is a view of it. Rules of acceptance:
/// gossip-planner section 1.2, cheapest check first. A record leaves the set when its lease ends, and those of its
/// author's renewals that list it; until then the set remembers its seq, so that a replay is dead by seq before and by
/// time after. No tombstones.
/// </summary>
/// <param name="network">The network whose records these are.</param>
/// <param name="verifier">Checks signatures.</param>
/// <param name="known">What other sets in this process have read and checked; null where there are none.</param>
/// <param name="salt">Of the tables; those who make records must not know it.</param>
public sealed partial class RecordSet(
    NetworkId network, ISignatureVerifier verifier, IKnownRecords? known = null, ulong salt = 0)
{
    /// <summary>Charters and entries live so long at most.</summary>
    public const long CatalogueTtlMs = 400L * 86_400_000;
    private const long LeaseTtlMs = 72L * 3_600_000;
    /// <summary>Proposals, and what curators say to them, live so long at most.</summary>
    public const long ProposalTtlMs = 90L * 86_400_000;

    private readonly RecordTable _table = new(salt);
    private readonly SortedSet<NodeId> _equivocators = [];
    private readonly SortedDictionary<NodeId, SortedDictionary<RecordKey, Record>> _proposals = [];

    /// <summary>The network whose records these are.</summary>
    public NetworkId Network => network;
    /// <summary>The founder's newest charter, or null while it is not known.</summary>
    public Charter? Charter { get; private set; }
    /// <summary>The charter's pace once it is known; before, the real one.</summary>
    public Pace Pace { get; private set; } = Pace.Real;
    /// <summary>How far clocks may differ.</summary>
    public long ClockSkewMs => Pace.ClockSkewMs;
    /// <summary>All live records as reconciliation sees them.</summary>
    public RecordIndex Index { get; private set; } = new();
    /// <summary>Authors that signed two bodies for one seq.</summary>
    public IReadOnlyCollection<NodeId> Equivocators => _equivocators;
    /// <summary>Number of live records.</summary>
    public int Count => _table.Count;
    /// <summary>Before then (monotonic) no lease ends.</summary>
    public long NextExpiryMs => _table.NextEndMs;
    /// <summary>Every live record, ordered by register. They are sorted for it.</summary>
    public IEnumerable<Record> Records => Sorted(_table.All.ToArray());

    /// <summary>The record of that id, or null.</summary>
    public Record? Find(Hash256 id) => _table.Find(id);

    /// <summary>The record whose id starts with these eight bytes (big-endian), or null.</summary>
    public Record? FindShort(ulong shortId) => _table.FindShort(shortId);

    /// <summary>The value of a register, or null.</summary>
    public Record? Find(RecordKey key) => _table.Find(key);

    /// <summary>Some record of an author, or null.</summary>
    public Record? OfAuthor(NodeId author)
    {
        foreach (var record in _table.All)
            if (record.Author == author)
                return record;
        return null;
    }

    /// <summary>Offers the bytes of an envelope; <paramref name="record"/> is set whenever they could be
    /// read.</summary>
    public Acceptance Offer(ReadOnlyMemory<byte> bytes, Instant now, out Record? record)
    {
        record = Read(bytes);
        return record is null ? Acceptance.Malformed : Offer(record, now);
    }

    /// <summary>The record of an envelope, not judged yet; null when it is none within the limits.</summary>
    public Record? Read(ReadOnlyMemory<byte> bytes) => known?.Find(bytes) ?? EnvelopeCodec.Read(bytes, network);

    /// <summary>Drops the records of an author that bear a time to come, and answers them.</summary>
    public IReadOnlyList<Record> TakeOutFuture(NodeId author, Instant now)
    {
        var horizon = now.UnixMs + ClockSkewMs;
        var future = Records.Where(r => r.Author == author && r.IssuedMs > horizon).ToList();
        foreach (var record in future) Remove(record.Key);
        foreach (var record in future.Where(r => r.Kind == RecordKind.Renewal)) Relet(null, record, now);
        return future;
    }

    /// <summary>Offers a record.</summary>
    public Acceptance Offer(Record record, Instant now)
    {
        var isGood = ReferenceEquals(known?.Find(record.Bytes), record);
        var verdict = Judge(record, isGood, now);
        if (verdict is not (Acceptance.Accepted or Acceptance.Equivocation)) return verdict;
        if (verdict == Acceptance.Equivocation)
        {
            _equivocators.Add(record.Author);
            // The smaller id is not kept, so it must not be taken for news either.
            if (Find(record.Key)!.Id.CompareTo(record.Id) > 0) return Acceptance.Stale;
        }
        if (!isGood) known?.Add(record);
        Put(record, now);
        return verdict;
    }

    /// <summary>Drops every record whose lease is over, and answers them.</summary>
    public IReadOnlyList<Record> Expire(Instant now)
    {
        if (now.MonotonicMs < _table.NextEndMs) return [];
        var gone = _table.Ended(now.MonotonicMs);
        foreach (var record in gone) Remove(record.Key);
        return gone;
    }

    /// <summary>
    /// Drops, and answers, the records of those who may not say them any more: after a new charter. What one node would
    /// not accept another must not keep, or their sets never become equal.
    /// </summary>
    public IReadOnlyList<Record> DropUnauthorised()
    {
        var gone = Records.Where(record => !MayAuthor(record)).ToList();
        foreach (var record in gone) Remove(record.Key);
        return gone;
    }

    /// <summary>
    /// Drops, and answers, the proposals that are too many now that this one is here: of each author the newest count,
    /// which is the same in every node's set whatever the order in which they came.
    /// </summary>
    public IReadOnlyList<Record> DropOldProposals(Record newest)
    {
        if (newest.Kind != RecordKind.Proposal) return [];
        var gone = _proposals[newest.Author].Values.OrderByDescending(r => r.Seq).ThenBy(r => r.Id)
            .Skip(Proposal.MostOfOne).ToList();
        foreach (var record in gone) Remove(record.Key);
        return gone;
    }

    private bool IsOneProposalTooMany(Record record) =>
        record.Kind == RecordKind.Proposal
        && _proposals.TryGetValue(record.Author, out var known)
        && known.Values.Count(r => r.Key != record.Key && r.Seq > record.Seq) >= Proposal.MostOfOne;

    private Acceptance Judge(Record record, bool isGood, Instant now)
    {
        var stored = Find(record.Key);
        if (stored is not null)
        {
            if (stored.Id == record.Id) return Acceptance.Duplicate;
            if (record.Seq < stored.Seq) return Acceptance.Stale;
        }
        if (_keeps?.Invoke(record) == false) return Acceptance.NotSubscribed;
        var horizon = now.UnixMs + ClockSkewMs;
        if (record.IssuedMs > horizon || record.Seq > (ulong)horizon) return Acceptance.Future;
        if (record.TtlMs > LongestTtlMs(record.Kind)) return Acceptance.TooLongLived;
        if (record.IssuedMs + record.TtlMs + ClockSkewMs <= now.UnixMs && !IsRenewed(record, now))
            return Acceptance.Expired;
        if (!isGood && !RecordBodies.IsWellFormed(record)) return Acceptance.Malformed;
        if (!MayAuthor(record)) return Acceptance.NotAuthorised;
        if (IsOneProposalTooMany(record)) return Acceptance.Stale;
        if (!isGood && !EnvelopeCodec.IsSigned(record, network, verifier)) return Acceptance.BadSignature;
        return stored is not null && stored.Seq == record.Seq ? Acceptance.Equivocation : Acceptance.Accepted;
    }

    private static long LongestTtlMs(RecordKind kind) => kind switch
    {
        RecordKind.Charter or RecordKind.Entry => CatalogueTtlMs,
        RecordKind.Proposal or RecordKind.Refusal => ProposalTtlMs,
        _ => LeaseTtlMs,
    };

    private bool MayAuthor(Record record) => record.Kind switch
    {
        RecordKind.Charter => record.Author.Hash == network.Hash,
        RecordKind.Entry => MayCurate(record, RecordBodies.Entry(record).Model),
        RecordKind.Refusal => MayCurate(record, RecordBodies.Refusal(record).Model),
        _ => true,
    };

    private bool MayCurate(Record record, string model) => record.Author.Hash == network.Hash ||
        Charter is { } charter && charter.IsCurator(record.Author, model, record.IssuedMs);

    private void Put(Record record, Instant now)
    {
        var old = _table.Put(record, Math.Max(OwnEndMs(record, now), RenewedUntilMs(record)));
        if (old is not null) Forget(old);
        Enlist(record);
        if (record.Kind == RecordKind.Renewal) Relet(record, old, now);
        if (record.Kind == RecordKind.Charter)
        {
            Charter = RecordBodies.Charter(record);
            Pace = Charter.Policy.Pace;
        }
        if (record.Kind != RecordKind.Proposal) return;
        if (!_proposals.TryGetValue(record.Author, out var proposals)) _proposals[record.Author] = proposals = [];
        proposals[record.Key] = record;
    }

    private void Remove(RecordKey key)
    {
        if (_table.Remove(key) is { } old) Forget(old);
    }

    private void Forget(Record old)
    {
        Delist(old);
        if (old.Kind == RecordKind.Proposal && _proposals[old.Author].Remove(old.Key) &&
            _proposals[old.Author].Count == 0)
            _proposals.Remove(old.Author);
    }

    private static Record[] Sorted(Record[] records)
    {
        Array.Sort(records, static (a, b) => a.Key.CompareTo(b.Key));
        return records;
    }
}
