using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Durability;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Node.Durability;

public sealed class LossEstimateTests
{
    private const double Lifetime = 180;

    private static double Of(Swarm swarm)
    {
        var view = swarm.Wanting(3, pace: Pace.Real).SeenBy(1);
        return new LossEstimate(view, Swarm.Now, Lifetime).Of(view.Models[0]);
    }

    private static double Chain(int copies, bool repaired) => new BirthDeathChain(
        Lifetime, repaired ? k => RepairTimes.MeanDays(3, k) : RepairTimes.Never, Math.Max(3, copies))
        .LossWithin(copies, 365);

    private static Swarm Copies(int copies, int slices, int others)
    {
        var swarm = new Swarm().With(Swarm.Model(0, slices)).Nodes(1, copies + others);
        for (var node = 1; node <= copies; node++) swarm.Holds(node, [.. Enumerable.Range(0, slices)]);
        return swarm;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Of_OneGroup_IsTheChainFromItsCopies(int copies) =>
        Assert.Equal(Chain(copies, repaired: true), Of(Copies(copies, 1, 1)), 1e-12);

    /// <summary>Slices that lie together are lost together: eight of them are one, and sixteen two.</summary>
    [Fact]
    public void Of_SeveralGroups_IsThatAnyOfThemIsLost()
    {
        Assert.Equal(Chain(1, true), Of(Copies(1, 8, 1)), 1e-12);
        Assert.Equal(1 - Math.Pow(1 - Chain(1, true), 2), Of(Copies(1, 16, 1)), 1e-12);
        Assert.Equal(1 - Math.Pow(1 - Chain(1, true), 3), Of(Copies(1, 17, 1)), 1e-12);
    }

    [Fact]
    public void Of_AGroup_IsAsBadAsItsWorstSlice() =>
        Assert.Equal(Chain(1, true), Of(Copies(1, 4, 2).Holds(2, 0, 1, 3)), 1e-12);

    [Fact]
    public void Of_AModelThatNobodyElseCanTake_IsWithoutRepair()
    {
        Assert.Equal(Chain(3, repaired: false), Of(Copies(3, 1, 0)), 1e-12);
        var declined = Copies(3, 1, 1).Declining(4, new DeclineRule { Licence = "MIT" });
        Assert.Equal(Chain(3, repaired: false), Of(declined), 1e-12);
    }

    [Fact]
    public void Of_ALostModel_IsOne() => Assert.Equal(1, Of(Copies(0, 9, 2)));
}
