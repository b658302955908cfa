using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// What one peer may still send on one stream. Every frame is paid for by its size before anything is done with it, so
/// that padding costs as much as content. Records that this side asked for are free up to what it asked.
/// </summary>
internal sealed class SessionBudget
{
    private const int ShortIdBytes = 8, IdBytes = 32, ControlBytes = 256;

    private TokenBucket _records, _recordBytes, _announced, _asked, _contents, _control, _promises;
    private TokenBucket _reconciled, _reconciledBuckets;
    private long _recordsOnOrder, _bytesOnOrder;

    /// <summary>The largest frame of a kind, bytes.</summary>
    public static int MostBytes(V1.Frame.KindOneofCase kind) =>
        kind is V1.Frame.KindOneofCase.ContentPart or V1.Frame.KindOneofCase.Answer
            ? AdmissionLimits.BulkFrameBytes : AdmissionLimits.FrameBytes;

    /// <summary>This side asked for so many records by id: each may come behind the renewal that keeps it.</summary>
    public void Ordered(int records) => Order(_recordsOnOrder + 2L * records);

    /// <summary>This side sent a message of reconciliation: the peer may push what it finds missing here, with
    /// renewals.</summary>
    public void Reconciles() => Order(Math.Max(_recordsOnOrder, 2 * ReconcileLimits.MaxPushPerStep));

    /// <summary>Pays for a frame; false when it must be dropped.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="linked">Whether the stream is a link of the overlay.</param>
    /// <param name="limits">Of the network's pace.</param>
    /// <param name="nowMs">Monotonic.</param>
    public bool TryPay(V1.Frame frame, int bytes, bool linked, AdmissionLimits limits, long nowMs) =>
        frame.KindCase switch
        {
            V1.Frame.KindOneofCase.Push => TryPush(frame.Push.Envelopes.Count, bytes, linked, limits, nowMs),
            V1.Frame.KindOneofCase.IHave or V1.Frame.KindOneofCase.Prune =>
                _announced.TryTake(limits.Announced, Units(bytes, ShortIdBytes), nowMs),
            V1.Frame.KindOneofCase.Graft => _asked.TryTake(limits.Asked, Units(bytes, ShortIdBytes), nowMs),
            V1.Frame.KindOneofCase.Want => _asked.TryTake(limits.Asked, Units(bytes, IdBytes), nowMs),
            V1.Frame.KindOneofCase.Reconcile when frame.Reconcile.Scope > 1 =>
                _reconciledBuckets.TryTake(limits.ReconciledBuckets, 1, nowMs),
            V1.Frame.KindOneofCase.Reconcile => _reconciled.TryTake(limits.Reconciled, 1, nowMs),
            V1.Frame.KindOneofCase.ContentGet or V1.Frame.KindOneofCase.Challenge or V1.Frame.KindOneofCase.Call =>
                _contents.TryTake(limits.Contents, Units(bytes, ControlBytes), nowMs),
            // Only whoever asked for these knows whether they were asked for.
            V1.Frame.KindOneofCase.ContentPart or V1.Frame.KindOneofCase.Answer => true,
            _ => _control.TryTake(limits.Control, Units(bytes, ControlBytes), nowMs),
        };

    /// <summary>Forgives an announcement that nothing came of; false when there were too many.</summary>
    public bool Forgives(AdmissionLimits limits, long nowMs) => _promises.TryTake(limits.Promises, 1, nowMs);

    private bool TryPush(int records, int bytes, bool linked, AdmissionLimits limits, long nowMs)
    {
        var (orderedRecords, orderedBytes) = (Math.Min(records, _recordsOnOrder), Math.Min(bytes, _bytesOnOrder));
        _recordsOnOrder -= orderedRecords;
        _bytesOnOrder -= orderedBytes;
        var rate = linked ? limits.Records : limits.StrayRecords;
        return _records.TryTake(rate, records - orderedRecords, nowMs) &&
            _recordBytes.TryTake(limits.RecordBytes, bytes - orderedBytes, nowMs);
    }

    private void Order(long records)
    {
        _recordsOnOrder = Math.Min(records, AdmissionLimits.MostOnOrder);
        _bytesOnOrder = _recordsOnOrder * AdmissionLimits.BytesPerAskedRecord;
    }

    private static long Units(int bytes, int unit) => 1 + bytes / unit;
}
