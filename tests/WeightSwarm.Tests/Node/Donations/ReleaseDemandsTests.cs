using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Donations;

public sealed class ReleaseDemandsTests
{
    private static readonly Donation _donation =
        new(Guid.NewGuid(), "/donation", QuotaBytes: 1000, ReserveBytes: 50, CreatedMs: 1, Returning: false);

    private static readonly ImmutableSortedDictionary<Hash256, SliceSet> _held =
        ImmutableSortedDictionary<Hash256, SliceSet>.Empty.Add(Hash256.Of("model"u8), SliceSet.All(3));

    private static DonationStatus Status(
        long used = 900, long free = 500, Donation? donation = null, DonationState state = DonationState.Present) =>
        new(donation ?? _donation, state, "", used, 0, 10_000, free, 0);

    private static ReleaseDemand? Demand(DonationStatus status, long trash = 0, DrainOrder? drain = null) =>
        ReleaseDemands.Of(status, trash, drain, _ => _held);

    [Fact]
    public void Of_RoomToSpare_AsksForNothingAndLooksAtNothing() => Assert.Null(ReleaseDemands.Of(
        Status(), 0, null, _ => throw new InvalidOperationException("nobody asked for it")));

    [Fact]
    public void Of_MoreUsedThanTheQuota_AsksForWhatTheTrashDoesNotFree()
    {
        var donation = _donation with { DeadlineMs = 77 };
        var demand = Demand(Status(used: 1300, donation: donation), trash: 100);
        Assert.Equal((ReleaseReason.Shrink, 200L, 77L), (demand!.Reason, demand.Bytes, demand.DeadlineUnixMs));
        Assert.Same(_held, demand.From);
        Assert.Null(Demand(Status(used: 1300), trash: 300));
    }

    [Fact]
    public void Of_VolumeBelowItsReserve_AsksForWhatTheTrashDoesNotFree()
    {
        var demand = Demand(Status(free: 20), trash: 10);
        Assert.Equal((ReleaseReason.LowSpace, 20L, null), (demand!.Reason, demand.Bytes, demand.DeadlineUnixMs));
        Assert.Null(Demand(Status(free: 20), trash: 30));
        Assert.Null(Demand(Status(free: 50)));
    }

    [Fact]
    public void Of_DonationGivenBack_AsksForEverythingByTheEarlierDeadline()
    {
        var returning = Status(
            donation: _donation with { Returning = true, DeadlineMs = 50 }, state: DonationState.Returning);
        Assert.Equal((ReleaseReason.Drain, long.MaxValue, 50L), Parts(Demand(returning)));
        Assert.Equal(40, Demand(returning, drain: new DrainOrder(1, 40))!.DeadlineUnixMs);
        Assert.Equal(50, Demand(returning, drain: new DrainOrder(1, null))!.DeadlineUnixMs);
    }

    [Fact]
    public void Of_NodeDrains_AsksForEverything() => Assert.Equal(
        (ReleaseReason.Drain, long.MaxValue, null), Parts(Demand(Status(), drain: new DrainOrder(1, null))));

    [Fact]
    public void Of_DiskFailed_AsksForEverythingAndKnowsNoDeadline()
    {
        var failed = _donation with { Drain = new Drain(1, "it cannot be read"), DeadlineMs = 9 };
        Assert.Equal((ReleaseReason.DiskFault, long.MaxValue, null),
            Parts(Demand(Status(donation: failed, state: DonationState.Draining))));
    }

    [Fact]
    public void Of_DonationAwayOrEmpty_AsksForNothing()
    {
        var drain = new DrainOrder(1, null);
        Assert.Null(Demand(Status(state: DonationState.Away), drain: drain));
        Assert.Null(ReleaseDemands.Of(Status(), 0, drain, _ => ImmutableSortedDictionary<Hash256, SliceSet>.Empty));
    }

    [Fact]
    public void ShortOf_CountsTheTrashAndSparesWhatIsGivenBack()
    {
        Assert.Equal(300, ReleaseDemands.ShortOf(Status(used: 1300)));
        Assert.Equal(30, ReleaseDemands.ShortOf(Status(used: 900, free: 20)));
        Assert.True(ReleaseDemands.ShortOf(Status()) <= 0);
        Assert.Equal(0, ReleaseDemands.ShortOf(Status(used: 9999, donation: _donation with { Returning = true })));
        Assert.Equal(0, ReleaseDemands.ShortOf(Status(used: 9999, state: DonationState.Away)));
    }

    private static (ReleaseReason, long, long?) Parts(ReleaseDemand? demand) =>
        (demand!.Reason, demand.Bytes, demand.DeadlineUnixMs);
}
