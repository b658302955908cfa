using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>How much may be claimed at once, and that a last copy waits for no other claim.</summary>
public sealed class ClaimBudgetTests
{
    private const long GiB = 1L << 30;

    private static readonly Policy Policy = new(5, Pace.Real, DomainRule.Node, GiB);

    [Fact]
    public void TryOpen_FirstClaim_IsAllowedHoweverLarge()
    {
        var budget = Of(roomGiB: 10);

        Assert.True(budget.TryOpen(50 * GiB, Urgency.U2));
        Assert.False(budget.TryOpen(1, Urgency.U2));
    }

    [Theory]
    [InlineData(10, false, 1)]
    [InlineData(250, false, 3)]
    [InlineData(2_000, false, 4)]
    [InlineData(2_000, true, 1)]
    public void TryOpen_SlicesOfAGibibyte_AsManyAsTheRoomAndTheStormAllow(int roomGiB, bool storm, int expected) =>
        Assert.Equal(expected, CountOpened(Of(roomGiB, storm), Urgency.U1, GiB));

    [Fact]
    public void TryOpen_SmallSlices_FourTimesAsMany() =>
        Assert.Equal(16, CountOpened(Of(2_000), Urgency.U2, GiB / 100));

    [Theory]
    [InlineData(10, false, 1)]
    [InlineData(2_000, false, 4)]
    [InlineData(2_000, true, 4)]
    public void TryOpen_LastCopies_AreHeldBackByThemselvesAlone(int roomGiB, bool storm, int expected)
    {
        var budget = Of(roomGiB, storm);
        CountOpened(budget, Urgency.U1, GiB);

        Assert.Equal(expected, CountOpened(budget, Urgency.U0, GiB));
        Assert.False(budget.TryOpen(GiB, Urgency.U1));
    }

    [Fact]
    public void TryOpen_AfterLastCopies_OthersWaitForThem()
    {
        var budget = Of(roomGiB: 10);
        budget.Add(GiB, Urgency.U0);

        Assert.False(budget.TryOpen(GiB, Urgency.U1));
    }

    [Fact]
    public void TryOpen_ClaimLimitOfNone_OpensNothing()
    {
        var budget = new ClaimBudget(Policy, Own(100, storm: true) with { ClaimLimit = 0 });

        Assert.False(budget.TryOpen(1, Urgency.U0));
        Assert.False(budget.TryOpen(1, Urgency.U1));
    }

    private static int CountOpened(ClaimBudget budget, Urgency urgency, long bytes)
    {
        var opened = 0;
        while (budget.TryOpen(bytes, urgency)) opened++;
        return opened;
    }

    private static ClaimBudget Of(int roomGiB, bool storm = false) => new(Policy, Own(roomGiB, storm));

    private static OwnSituation Own(int roomGiB, bool storm) => new()
    {
        RoomBytes = roomGiB * GiB,
        DonatedBytes = roomGiB * GiB,
        Fetching = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
        Held = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
        StormBreakerOpen = storm,
    };
}
