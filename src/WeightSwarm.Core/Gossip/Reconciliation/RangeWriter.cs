using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// Collects the ranges of a message in order, fills the gaps with skips, and knows how much room is left.
/// </summary>
internal sealed class RangeWriter
{
    /// <summary>
    /// No range without a list has more bytes: tag and length 3, days 6, id 34, fingerprint 14, rounded up.
    /// </summary>
    private const int RangeBytes = 64;

    private const int HeaderBytes = 64;
    private readonly List<V1.Range> _ranges = [];
    private RangeBound _at = RangeBound.Start;
    private int _bytes = HeaderBytes;

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>True when so many more ranges, skips included, with so many bytes of ids in all surely fit.</summary>
    public bool HasRoom(int ranges, int idBytes = 0) =>
        _ranges.Count + ranges <= ReconcileLimits.MaxRanges
        && _bytes + (ranges * RangeBytes) + idBytes <= ReconcileLimits.MaxMessageBytes;

    public void WriteFingerprint(RangeBound lower, RangeBound upper, Fingerprint fingerprint) =>
        Write(lower, upper, new V1.Range { Fingerprint = UnsafeByteOperations.UnsafeWrap(fingerprint.ToArray()) });

    /// <summary>Writes ids, 32 bytes each, ascending.</summary>
    public void WriteIds(RangeBound lower, RangeBound upper, byte[] ids) =>
        Write(lower, upper, new V1.Range { Ids = UnsafeByteOperations.UnsafeWrap(ids) });

    public void MoveTo(Reconcile message) => message.Ranges.AddRange(_ranges);

    private void Write(RangeBound lower, RangeBound upper, V1.Range range)
    {
        if (lower.CompareTo(_at) > 0) Append(lower, new V1.Range { Skip = true });
        Append(upper, range);
    }

    private void Append(RangeBound upper, V1.Range range)
    {
        if (!upper.IsEnd)
        {
            Span<byte> id = stackalloc byte[Hash256.Size];
            upper.Key.Id.CopyTo(id);
            range.UntilDays = upper.Key.Day - _at.Key.Day;
            range.UntilId = ByteString.CopyFrom(id.TrimEnd((byte)0));
        }
        _at = upper;
        _ranges.Add(range);
        _bytes += range.CalculateSize() + 4;
    }
}
