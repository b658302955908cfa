using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Which nodes make good what they claim, by what this node has seen. A claim keeps others from helping, so one who
/// claims and does not fetch delays every repair that it comes first for. A claim is kept when its author holds the
/// slice at last. It is broken when another made a copy of the slice while its author let it lie, and got on with no
/// other either: that shows that the slice could be had, so that nobody is blamed for a source that gave nothing, or
/// for fetching one slice after the other. Below four kept of five (with eight kept ones
/// to begin with) a node's claims count for nothing and nobody waits for its turn, until it fetched something after
/// all, or claims anew a day (the longest patience of the pace) after it last broke one; the second time two days,
/// then four, up to 32. Source: gossip-planner sections 3.2 ("completion ratio") and 8.1, scenario 24.
/// </summary>
internal sealed class ClaimHistory
{
    private const int Credit = 8, Remembered = 64, MostDoublings = 5;

    private readonly SortedDictionary<NodeId, Balance> _balances = [];

    /// <param name="Kept">Claims made good.</param>
    /// <param name="Broken">Claims that others had to make good.</param>
    /// <param name="BrokenMs">When the last of these was.</param>
    /// <param name="Falls">How often it fell below four of five.</param>
    /// <param name="MovedMs">When one of its claims last got on.</param>
    /// <param name="OwesProof">It was asked to show progress, and has shown none since.</param>
    private readonly record struct Balance(
        int Kept, int Broken, long BrokenMs, int Falls, long? MovedMs, bool OwesProof)
    {
        // Of a node with many claims the recent ones decide.
        public Balance Bounded => Kept + Broken <= Remembered ? this
            : this with { Kept = Kept / 2, Broken = Broken / 2 };

        public bool IsPoor => 5 * (Kept + Credit) < 4 * (Kept + Broken + Credit);
    }

    /// <summary>Whether the node's claims count for nothing.</summary>
    public bool IsUnreliable(NodeId node) => _balances.GetValueOrDefault(node).IsPoor;

    /// <summary>Whether a node that claims something is given another chance, and so changes its standing.</summary>
    public bool Forgives(NodeId node, Pace pace, long nowMs)
    {
        var balance = _balances.GetValueOrDefault(node);
        if (!balance.IsPoor || nowMs - balance.BrokenMs < PenaltyMs(balance, pace)) return false;
        // One more broken claim, and it is where it was.
        while (balance.IsPoor) balance = balance with { Broken = balance.Broken - 1 };
        _balances[node] = balance;
        return true;
    }

    /// <summary>One of the node's claims says that it got on.</summary>
    public void Moved(NodeId node, long nowMs)
    {
        var balance = _balances.GetValueOrDefault(node);
        if (!balance.OwesProof) _balances[node] = balance with { MovedMs = nowMs };
    }

    /// <summary>The node has shown that one of its claims got on.</summary>
    public void Showed(NodeId node, long nowMs) =>
        _balances[node] = _balances.GetValueOrDefault(node) with { MovedMs = nowMs, OwesProof = false };

    /// <summary>The node was asked to show that, and has not: until it does its word moves nothing.</summary>
    public void Owes(NodeId node) => _balances[node] = _balances.GetValueOrDefault(node) with { OwesProof = true };

    /// <summary>Whether none of the node's claims got on for so long.</summary>
    public bool StandsStill(NodeId node, long patienceMs, long nowMs) =>
        _balances.GetValueOrDefault(node).MovedMs is not { } moved || nowMs - moved >= patienceMs;

    /// <summary>A claim was made good; answers whether the node's standing changed.</summary>
    public bool Kept(NodeId node, long nowMs) =>
        Change(node, b => (b with { Kept = b.Kept + 1, MovedMs = nowMs }).Bounded);

    /// <summary>Another did what this node had claimed; answers whether the node's standing changed.</summary>
    public bool Broke(NodeId node, long nowMs) =>
        Change(node, b => (b with { Broken = b.Broken + 1, BrokenMs = nowMs }).Bounded);

    private static long PenaltyMs(Balance balance, Pace pace) =>
        pace.U2.ClaimTtlMs << Math.Clamp(balance.Falls - 1, 0, MostDoublings);

    private bool Change(NodeId node, Func<Balance, Balance> change)
    {
        var before = _balances.GetValueOrDefault(node);
        var after = change(before);
        _balances[node] = after.IsPoor && !before.IsPoor ? after with { Falls = after.Falls + 1 } : after;
        return before.IsPoor != after.IsPoor;
    }
}
