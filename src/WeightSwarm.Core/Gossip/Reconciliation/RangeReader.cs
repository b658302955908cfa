using WeightSwarm.V1;
using Body = WeightSwarm.V1.Range.BodyOneofCase;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>A range of a message that was checked: its bounds are ordered and its body has a legal length.</summary>
internal readonly record struct ReceivedRange(int Position, RangeBound Lower, RangeBound Upper, V1.Range Wire);

/// <summary>Checks a message as a whole, before any work is done on it.</summary>
internal static class RangeReader
{
    /// <summary>
    /// Reads the ranges that are not skipped; null, and a reason, for a message that breaks the protocol.
    /// </summary>
    public static List<ReceivedRange>? Read(Reconcile message, out string reason)
    {
        reason = HeaderFault(message) ?? "";
        if (reason.Length > 0) return null;
        var ranges = new List<ReceivedRange>(message.Ranges.Count);
        RangeBound lower = RangeBound.Start;
        foreach (V1.Range range in message.Ranges)
        {
            string? fault = UpperFault(range, lower, out RangeBound upper) ?? BodyFault(range);
            if (fault is not null)
            {
                reason = $"range {ranges.Count}: {fault}";
                return null;
            }
            ranges.Add(new ReceivedRange(ranges.Count, lower, upper, range));
            lower = upper;
        }
        ranges.RemoveAll(range => range.Wire.BodyCase == Body.Skip);
        return ranges;
    }

    private static string? HeaderFault(Reconcile message)
    {
        int salt = message.Answer ? 0 : FingerprintKey.SaltSize;
        if (message.Ranges.Count > ReconcileLimits.MaxRanges)
            return $"{message.Ranges.Count} ranges, at most {ReconcileLimits.MaxRanges} are allowed";
        if (message.Scope > ReconcileLimits.MaxScope)
            return $"scope {message.Scope}, at most {ReconcileLimits.MaxScope} is allowed";
        if (message.Salt.Length != salt) return $"a salt of {message.Salt.Length} bytes where {salt} are due";
        int size = message.CalculateSize();
        return size > ReconcileLimits.MaxMessageBytes
            ? $"{size} bytes, at most {ReconcileLimits.MaxMessageBytes} are allowed"
            : null;
    }

    private static string? BodyFault(V1.Range range) => range.BodyCase switch
    {
        Body.Skip => range.Skip ? null : "a skip that is false",
        Body.Fingerprint => range.Fingerprint.Length == Fingerprint.Size
            ? null
            : $"a fingerprint of {range.Fingerprint.Length} bytes, not {Fingerprint.Size}",
        Body.Ids => IdsFault(range.Ids.Span),
        _ => "no body",
    };

    private static string? IdsFault(ReadOnlySpan<byte> ids)
    {
        if (ids.Length % Hash256.Size != 0) return $"ids of {ids.Length} bytes, not a multiple of {Hash256.Size}";
        int count = ids.Length / Hash256.Size;
        if (count > ReconcileLimits.MaxListedIds)
            return $"{count} ids, at most {ReconcileLimits.MaxListedIds} are allowed";
        for (int i = Hash256.Size; i < ids.Length; i += Hash256.Size)
        {
            if (ids.Slice(i - Hash256.Size, Hash256.Size).SequenceCompareTo(ids.Slice(i, Hash256.Size)) >= 0)
                return $"id {i / Hash256.Size} is not after the one before it";
        }
        return null;
    }

    private static string? UpperFault(V1.Range range, RangeBound lower, out RangeBound upper)
    {
        upper = RangeBound.End;
        if (lower.IsEnd) return "follows the one without an end";
        if (range.UntilId.Length > Hash256.Size)
            return $"an until_id of {range.UntilId.Length} bytes, at most {Hash256.Size} are allowed";
        if (range.UntilDays == 0 && range.UntilId.IsEmpty) return null;
        ulong day = (ulong)lower.Key.Day + range.UntilDays;
        if (day > uint.MaxValue) return $"ends on day {day}, beyond {uint.MaxValue}";
        Span<byte> id = stackalloc byte[Hash256.Size];
        id.Clear();
        range.UntilId.Span.CopyTo(id);
        upper = RangeBound.Before(new IndexItem((uint)day, new Hash256(id)));
        return upper.CompareTo(lower) > 0 ? null : "does not end after its start";
    }
}
