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
/// <para>
/// No other claim stands in the way of a last copy: claims of U0 are measured by themselves, and by the limit of quiet
/// times. (When 30 % of 2,000 simulated nodes went for good, the slowest last copies waited half an hour for a node to
/// end a claim of U1 before they were claimed.)
/// </para>
/// </summary>
internal sealed class ClaimBudget
{
    private const long RoomPerClaim = 100L << 30, NominalSlice = 1L << 30;
    private const int SmallClaimsPerClaim = 4;

    private readonly long _lastCopyBytesLimit;
    private (int Claims, long Bytes) _open, _openForLastCopies;

    public ClaimBudget(Policy policy, OwnSituation own)
    {
        var byRoom = Math.Max(0, own.RoomBytes) / RoomPerClaim + 1;
        var slots = (int)Math.Clamp(Math.Min(own.ClaimLimit, byRoom), 0, 1 << 10);
        _lastCopyBytesLimit = slots * Math.Max(NominalSlice, policy.SliceBytes);
        BytesLimit = own.StormBreakerOpen ? Math.Max(NominalSlice, policy.SliceBytes) : _lastCopyBytesLimit;
        ClaimsLimit = slots == 0 ? 0 : (int)Math.Min(1 << 10, own.ClaimLimit) * SmallClaimsPerClaim;
    }

    /// <summary>Bytes that may be claimed together, unless by one claim.</summary>
    public long BytesLimit { get; }

    /// <summary>Claims that may be open together.</summary>
    public int ClaimsLimit { get; }

    /// <summary>Claims that are open.</summary>
    public int Open => _open.Claims;

    /// <summary>Adds a claim that is open already.</summary>
    public void Add(long bytes, Urgency urgency)
    {
        _open = (_open.Claims + 1, _open.Bytes + bytes);
        if (urgency == Urgency.U0)
            _openForLastCopies = (_openForLastCopies.Claims + 1, _openForLastCopies.Bytes + bytes);
    }

    /// <summary>Opens one more claim if the budget has it.</summary>
    public bool TryOpen(long bytes, Urgency urgency)
    {
        if (!HasRoom(bytes, urgency)) return false;
        Add(bytes, urgency);
        return true;
    }

    private bool HasRoom(long bytes, Urgency urgency) => urgency == Urgency.U0
        ? HasRoom(_openForLastCopies, bytes, _lastCopyBytesLimit) : HasRoom(_open, bytes, BytesLimit);

    private bool HasRoom((int Claims, long Bytes) open, long bytes, long bytesLimit) =>
        open.Claims < ClaimsLimit && (open.Claims == 0 || open.Bytes + bytes <= bytesLimit);
}
