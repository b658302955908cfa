using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// How much a node may have claimed but not fetched yet. A claim keeps others from helping, so nobody takes more of
/// them than it can soon fulfil.
/// <para>
/// The reference allows min(4, room / 100 GiB + 1) claims (gossip-planner 3.3), meant for slices of about 1 GiB. A
/// number alone is slow where slices are small (tails of models, small models, drills), so it is read as bytes: each
/// of those claims stands for one nominal slice (1 GiB, or the policy's slice size where that is larger), and so many
/// bytes may be claimed together, in up to four times as many claims. The first claim is always allowed, however large
/// its slice. While the storm breaker is open one nominal slice is all there is.
/// </para>
/// </summary>
internal sealed class ClaimBudget
{
    private const long RoomPerClaim = 100L << 30, NominalSlice = 1L << 30;
    private const int SmallClaimsPerClaim = 4;

    private long _bytes;
    private int _claims;

    public ClaimBudget(Policy policy, OwnSituation own)
    {
        var byRoom = Math.Max(0, own.RoomBytes) / RoomPerClaim + 1;
        var slots = own.StormBreakerOpen ? 1 : (int)Math.Clamp(Math.Min(own.ClaimLimit, byRoom), 0, 1 << 10);
        BytesLimit = slots * Math.Max(NominalSlice, policy.SliceBytes);
        ClaimsLimit = slots == 0 ? 0 : (int)Math.Min(1 << 10, own.ClaimLimit) * SmallClaimsPerClaim;
    }

    /// <summary>Bytes that may be claimed together, unless by one claim.</summary>
    public long BytesLimit { get; }

    /// <summary>Claims that may be open together.</summary>
    public int ClaimsLimit { get; }

    /// <summary>Claims that are open.</summary>
    public int Open => _claims;

    /// <summary>Adds a claim that is open already.</summary>
    public void Add(long bytes)
    {
        _claims++;
        _bytes += bytes;
    }

    /// <summary>Opens one more claim if the budget has it.</summary>
    public bool TryOpen(long bytes)
    {
        if (_claims >= ClaimsLimit || (_claims > 0 && _bytes + bytes > BytesLimit)) return false;
        Add(bytes);
        return true;
    }
}
