using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Tests.Simulation;

/// <summary>
/// Those who fetch slowly are asked to show what they have, by those who would fetch in their place: whoever can show
/// it is left in peace, and whoever cannot be asked is waited for no longer than one who says nothing.
/// </summary>
public sealed class ClaimProofTests
{
    private const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute, MiB = 1 << 20;

    private static SimWorld World(ulong seed, int copies, long bytesPerSecond, long sliceBytes) =>
        new(seed, 8, new Policy(copies, Pace.Real, DomainRule.Node, sliceBytes), null)
        {
            FetchStepMs = 10 * Second,
            FetchPatienceMs = 5 * Minute,
            DownBytesPerSecond = bytesPerSecond,
            UpBytesPerSecond = 100 * bytesPerSecond,
        };

    /// <summary>So many nodes hold the one slice of a model, and one more copy of it is wanted.</summary>
    private static Entry Begin(SimWorld world, int holders, long sliceBytes)
    {
        foreach (var node in world.Nodes) node.Disk.QuotaBytes = 1L << 40;
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < world.Nodes.Length; node++) world.Start(node, 0);
        world.RunFor(10 * Minute);
        var entry = world.AddModel(0, 1, 1, sliceBytes);
        for (var node = 1; node < holders; node++) world.HoldInPlace(node, entry);
        return entry;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void LastCopy_ThatTakesLongToFetch_IsFetchedByOne(int seed)
    {
        // Forty minutes: eight times the patience with a claim on a last copy.
        using var world = World((ulong)seed, copies: 2, 56_000, 128 * MiB);
        var entry = Begin(world, holders: 1, 128 * MiB);
        world.RunUntil("a second copy", Hour, 10 * Second,
            () => world.Oracle.Holders(entry.ModelId, 0).Count == 2, world.CopiesInWords);
        Assert.Equal(1, world.Metrics.FetchesStarted);
        Assert.Equal([ReceiptOutcome.Proven], world.Progress.Outcomes.Keys);
        // Three ask, each four times in the patience at most, and mostly twice.
        Assert.InRange(world.Progress.Outcomes[ReceiptOutcome.Proven], 20, 3 * 4 * 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Slice_OnALineOfTwentyKilobytes_IsFetchedByOne(int seed)
    {
        // A percent takes nine minutes, and a piece one.
        using var world = World((ulong)seed, copies: 3, 20_000, 1024 * MiB);
        Begin(world, holders: 2, 1024 * MiB);
        world.RunFor(5 * Hour + Hour / 2);
        Assert.Equal(1, world.Metrics.FetchesStarted);
        Assert.Equal([ReceiptOutcome.Proven], world.Progress.Outcomes.Keys);
        Assert.InRange(world.Progress.Outcomes[ReceiptOutcome.Proven], 30, 3 * 4 * 11);
    }

    [Fact]
    public void LastCopy_OfWhichNoProofCanBeHad_IsFetchedByAnotherAsIfNothingWereSaid_AndNobodyIsBlamed()
    {
        using var world = World(1, copies: 2, 56_000, 128 * MiB);
        world.Progress.LostPerMille = 1000;
        Begin(world, holders: 1, 128 * MiB);
        world.RunFor(5 * Minute);
        Assert.Equal(1, world.Metrics.FetchesStarted);
        world.RunFor(3 * Minute);
        Assert.Equal(2, world.Metrics.FetchesStarted);
        world.RunFor(2 * Hour);
        Assert.Equal([ReceiptOutcome.Offline], world.Progress.Outcomes.Keys);
        Assert.All(world.Nodes, node => Assert.DoesNotContain(node.Core.View!.Nodes.Values, n => n.BreaksClaims));
    }
}
