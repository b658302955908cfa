using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Who audits whom, and when; every node computes the same from the same view, and nobody is asked.
/// <para>
/// The auditors of a copy in one epoch are drawn by rendezvous: of the sixteen nodes with the smallest lots for
/// ("aud", slice, holder, epoch) the first three of which no two share a failure domain, nor one with the holder.
/// Nodes on probation are not drawn: whoever makes keys would audit himself. An epoch is one audit period of the wall
/// clock; those of different copies begin at six different moments of it, so that the work is spread.
/// </para>
/// <para>
/// The first auditor's turn comes in the first third of the epoch, the second's a third later, and the third's another
/// third later. Who finds that one before it has passed the copy does nothing: a copy is audited once in a period as
/// long as the first auditor is there. Source: gossip-planner section 5.2, type A.
/// </para>
/// <para>A schedule serves one view at one moment, and one thread.</para>
/// </summary>
public sealed class AuditSchedule
{
    /// <summary>Auditors of a copy in one epoch, at most.</summary>
    public const int PerCopy = 3;

    private const int MostConsidered = 16, Beginnings = 6;
    private const ulong EpochSeed = 0x6175_6469_742D_7631;

    private static readonly Hash256 Salt = Hash256.Of("weightswarm/aud/1\0"u8);

    private readonly NodeIndex _nodes;

    /// <summary>The schedule that follows from a view.</summary>
    public AuditSchedule(SwarmView view, Instant now) => _nodes = new NodeIndex(view, now);

    /// <summary>The number of the epoch that a moment belongs to, for one copy.</summary>
    public static long EpochOf(CopyKey copy, long unixMs, Pace pace) =>
        (unixMs - OffsetMs(LotOf(copy), pace)) / pace.AuditMs;

    /// <summary>When an epoch of a copy begins, Unix milliseconds.</summary>
    public static long StartMs(CopyKey copy, long epoch, Pace pace) =>
        epoch * pace.AuditMs + OffsetMs(LotOf(copy), pace);

    /// <summary>The epoch of a copy at a moment, and when it began, Unix milliseconds.</summary>
    internal static (long Epoch, long StartMs) EpochAt(CopyKey copy, long unixMs, Pace pace)
    {
        var offset = OffsetMs(LotOf(copy), pace);
        var epoch = (unixMs - offset) / pace.AuditMs;
        return (epoch, epoch * pace.AuditMs + offset);
    }

    /// <summary>When the turn of an auditor comes, Unix milliseconds.</summary>
    /// <param name="copy">What is audited.</param>
    /// <param name="epoch">Which epoch of it.</param>
    /// <param name="place">0 for the first auditor, to 2.</param>
    /// <param name="pace">The network's.</param>
    public static long DueMs(CopyKey copy, long epoch, int place, Pace pace) =>
        StartMs(copy, epoch, pace) + JitterMs(copy, pace.AuditMs / PerCopy) + place * pace.AuditMs / PerCopy;

    /// <summary>A wait in [0, <paramref name="boundMs"/>) that differs between copies.</summary>
    public static long JitterMs(CopyKey copy, long boundMs) =>
        (long)Math.BigMul(SplitMix64.Mix(LotOf(copy)), (ulong)boundMs, out _);

    /// <summary>The next moment at which epochs of some copies begin, Unix milliseconds.</summary>
    public static long NextBeginningMs(long unixMs, Pace pace)
    {
        var next = long.MaxValue;
        for (var i = 0; i < Beginnings; i++)
        {
            var offset = i * pace.AuditMs / Beginnings;
            next = Math.Min(next, ((unixMs - offset) / pace.AuditMs + 1) * pace.AuditMs + offset);
        }
        return next;
    }

    /// <summary>The auditors, first turn first; fewer than three where there are not so many failure domains.</summary>
    public ImmutableArray<NodeId> AuditorsOf(CopyKey copy, long epoch)
    {
        var holder = _nodes.Find(copy.Holder);
        if (holder < 0) return [];
        var order = OrderOf(copy, epoch);
        Span<int> best = stackalloc int[MostConsidered];
        var count = 0;
        for (var node = 0; node < _nodes.Count; node++)
            if (MayAudit(node, holder))
                count = Insert(node, order, best, count);
        Span<int> chosen = stackalloc int[PerCopy];
        var auditors = Choose(best[..count], chosen);
        var ids = ImmutableArray.CreateBuilder<NodeId>(auditors);
        foreach (var auditor in chosen[..auditors]) ids.Add(_nodes.Ids[auditor]);
        return ids.DrainToImmutable();
    }

    /// <summary>The place of a node among the auditors of a copy, 0 for the first; -1: it is none.</summary>
    public int PlaceOf(NodeId auditor, CopyKey copy, long epoch)
    {
        var (self, holder) = (_nodes.Find(auditor), _nodes.Find(copy.Holder));
        if (self < 0 || holder < 0 || !MayAudit(self, holder)) return -1;
        var order = OrderOf(copy, epoch);
        var own = Rendezvous.Draw(order, _nodes.Digests[self]);
        Span<int> ahead = stackalloc int[MostConsidered];
        var count = 0;
        for (var node = 0; node < _nodes.Count; node++)
        {
            var score = Rendezvous.Draw(order, _nodes.Digests[node]);
            if (score > own || score == own && node >= self || !MayAudit(node, holder)) continue;
            // Sixteen before it: most nodes learn that soon, and look no further.
            if (count == MostConsidered - 1) return -1;
            count = Insert(node, order, ahead, count);
        }
        Span<int> chosen = stackalloc int[PerCopy];
        var auditors = Choose(ahead[..count], chosen);
        return auditors < PerCopy && IsFree(self, chosen[..auditors]) ? auditors : -1;
    }

    private int Insert(int node, ulong order, Span<int> best, int count)
    {
        var score = Rendezvous.Draw(order, _nodes.Digests[node]);
        var place = count;
        while (place > 0 && score < Rendezvous.Draw(order, _nodes.Digests[best[place - 1]])) place--;
        if (place == best.Length) return count;
        count = Math.Min(count + 1, best.Length);
        best[place..(count - 1)].CopyTo(best[(place + 1)..]);
        best[place] = node;
        return count;
    }

    private int Choose(ReadOnlySpan<int> inOrder, Span<int> chosen)
    {
        var count = 0;
        foreach (var node in inOrder)
            if (count < chosen.Length && IsFree(node, chosen[..count]))
                chosen[count++] = node;
        return count;
    }

    private bool IsFree(int node, ReadOnlySpan<int> chosen)
    {
        foreach (var other in chosen)
            if (Share(node, other))
                return false;
        return true;
    }

    private bool MayAudit(int node, int holder) =>
        node != holder && (!_nodes.Young[node] || node == _nodes.Self) && !Share(node, holder);

    private bool Share(int one, int other)
    {
        foreach (var domain in _nodes.Domains[one])
            if (_nodes.Domains[other].AsSpan().Contains(domain))
                return true;
        return false;
    }

    private static ulong OrderOf(CopyKey copy, long epoch) =>
        SplitMix64.Mix(LotOf(copy) + SplitMix64.Mix((ulong)epoch ^ EpochSeed));

    private static ulong LotOf(CopyKey copy) => Rendezvous.Draw(
        SplitMix64.Mix(Rendezvous.OrderDigest(Salt, copy.Model) + (ulong)copy.Slice),
        Rendezvous.NodeDigest(copy.Holder));

    private static long OffsetMs(ulong lot, Pace pace) => (long)(lot % Beginnings) * pace.AuditMs / Beginnings;
}
