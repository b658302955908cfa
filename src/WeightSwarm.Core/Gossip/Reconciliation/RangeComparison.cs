namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// The work on one message: compares the peer's ranges with the index and writes what we say to them.
/// </summary>
/// <remarks>
/// A range that differs is expanded: listed when we have few items there, else split. When the message gets full, the
/// ranges that are left are answered with our fingerprints of the same ranges, so that the peer expands them; when even
/// these do not fit, with one fingerprint over all. A few expansions go before everything else, so that each round
/// gets somewhere.
/// </remarks>
internal sealed class RangeComparison(RecordIndex index, FingerprintKey key)
{
    private const int ExpansionsFirst = 8;
    private readonly RangeWriter _writer = new();
    private int _expansions;
    private bool _full;

    public RangeWriter Writer => _writer;

    public List<Hash256> ToPush { get; } = [];

    public List<Hash256> ToWant { get; } = [];

    public long ItemsRead { get; private set; }

    /// <summary>
    /// Writes the whole index as the initiator's first message: as 16 parts or, if it is likely to be the peer's too,
    /// as one.
    /// </summary>
    public void Open(bool asOne)
    {
        if (asOne) _writer.WriteFingerprint(RangeBound.Start, RangeBound.End, FingerprintOf(0, index.Count));
        else Expand(RangeBound.Start, RangeBound.End, 0, index.Count);
    }

    public void Compare(List<ReceivedRange> ranges)
    {
        for (int i = 0; i < ranges.Count; i++)
        {
            ReceivedRange range = ranges[i];
            long from = index.Rank(range.Lower), to = index.Rank(range.Upper);
            if (range.Wire.BodyCase == V1.Range.BodyOneofCase.Ids) CompareIds(ranges, i, from, to);
            else if (!_full) CompareFingerprint(ranges, i, from, to);
        }
    }

    private void CompareIds(List<ReceivedRange> ranges, int i, long from, long to)
    {
        ReceivedRange range = ranges[i];
        var comparison = new ListComparison(ListComparison.ReadIds(range.Wire.Ids.Span), ToPush);
        index.Visit(from, to, ref comparison);
        ItemsRead += to - from;
        comparison.AddMissing(ToWant);
        if (comparison.FirstLeft < 0 || _full) return;
        long left = from + comparison.FirstLeft;
        RangeBound lower = left == from ? range.Lower : RangeBound.Between(index.At(left - 1), index.At(left));
        Echo(lower, ranges, i, left, to);
    }

    private void CompareFingerprint(List<ReceivedRange> ranges, int i, long from, long to)
    {
        ReceivedRange range = ranges[i];
        Fingerprint ours = FingerprintOf(from, to);
        if (Fingerprint.TryRead(range.Wire.Fingerprint.Span, out Fingerprint theirs) && theirs == ours) return;
        int echoes = ranges[^1].Position - range.Position;
        if (CanExpand(to - from, echoes) || (_expansions < ExpansionsFirst && CanExpand(to - from, echoes: 0)))
        {
            Expand(range.Lower, range.Upper, from, to);
            return;
        }
        Echo(range.Lower, ranges, i, from, to);
    }

    /// <summary>
    /// True when there is room for a skip, the expansion, so many echoes, and one skip and echo of all the rest.
    /// </summary>
    private bool CanExpand(long count, int echoes) => count < ReconcileLimits.ListBelow
        ? _writer.HasRoom(1 + 1 + echoes + 2, (int)count * Hash256.Size)
        : _writer.HasRoom(1 + ReconcileLimits.SplitInto + echoes + 2);

    /// <summary>
    /// Answers a range with our fingerprint of it, and with it all that follow when there is no more room.
    /// </summary>
    private void Echo(RangeBound lower, List<ReceivedRange> ranges, int i, long from, long to)
    {
        RangeBound upper = ranges[i].Upper;
        if (!_writer.HasRoom(2 + 2))
        {
            _full = true;
            upper = ranges[^1].Upper;
            to = index.Rank(upper);
        }
        _writer.WriteFingerprint(lower, upper, FingerprintOf(from, to));
    }

    private void Expand(RangeBound lower, RangeBound upper, long from, long to)
    {
        _expansions++;
        if (to - from < ReconcileLimits.ListBelow) List(lower, upper, from, to);
        else Split(lower, upper, from, to);
    }

    private void List(RangeBound lower, RangeBound upper, long from, long to)
    {
        var ids = new IdCollector(new List<Hash256>((int)(to - from)));
        index.Visit(from, to, ref ids);
        ItemsRead += to - from;
        _writer.WriteIds(lower, upper, ids.ToBytes());
    }

    private void Split(RangeBound lower, RangeBound upper, long from, long to)
    {
        long start = from;
        for (int part = 1; part <= ReconcileLimits.SplitInto; part++)
        {
            long end = from + (part * (to - from) / ReconcileLimits.SplitInto);
            RangeBound bound = end == to ? upper : RangeBound.Between(index.At(end - 1), index.At(end));
            _writer.WriteFingerprint(lower, bound, FingerprintOf(start, end));
            (lower, start) = (bound, end);
        }
    }

    private Fingerprint FingerprintOf(long from, long to)
    {
        ItemsRead += to - from;
        return index.Fingerprint(from, to, key);
    }
}
