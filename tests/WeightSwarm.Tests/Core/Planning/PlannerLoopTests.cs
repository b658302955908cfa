using WeightSwarm.Core.Catalogue;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Planners that see each other late: do they agree? Reference: gossip-planner 3.4.</summary>
public sealed class PlannerLoopTests(ITestOutputHelper output)
{
    [Fact]
    public void Loop_AnyTargetAndSize_EndsWithExactlyTheCopiesThatArePossible()
    {
        for (var copies = 1; copies <= 7; copies++)
            for (var nodes = 1; nodes <= 10; nodes++)
            {
                var seed = (ulong)(copies * 100 + nodes);
                var loop = new ClosedLoop(new LoopSetting { Seed = seed, Nodes = nodes, Copies = copies, Slices = 3 });
                loop.Run(30_000);
                var made = loop.ClaimsMade;
                Assert.True(loop.CopiesBySlice.All(c => c == Math.Min(copies, nodes)),
                    $"seed {seed}: {copies} wanted on {nodes} nodes gave {string.Join(' ', loop.CopiesBySlice)}");
                loop.Run(30_000);
                Assert.True(loop.ClaimsMade == made && loop.OpenClaims == 0, $"seed {seed}: does not stop");
            }
    }

    // Lemmas 2 and 3 and the theorem: enough copies in time, no surplus copy in one connected network.
    [Theory]
    [InlineData(1, 5, 10)]
    [InlineData(5, 5, 10)]
    [InlineData(5, 20, 30)]
    public void Loop_ViewsThatDifferAndDeadCandidates_MakesExactlyWhatIsNeeded(int need, int missing, int dead)
    {
        var surplus = new List<int>();
        var last = new List<long>();
        for (ulong seed = 1; seed <= 24; seed++)
        {
            var loop = new ClosedLoop(Blurred(seed, need, missing, dead));
            while (loop.ElapsedMs < 400_000 && loop.CopiesBySlice[0] < 3 + need) loop.Run(1_000);
            loop.Run(30_000);
            var copies = loop.CopiesBySlice[0];
            Assert.True(copies == 3 + need, $"seed {seed}: {copies} copies, {3 + need} wanted");
            Assert.Equal(loop.ClaimsMade, need + loop.Cancelled);
            surplus.Add(loop.ClaimsMade - need);
            last.Add(loop.ClaimTimes.Order().ElementAt(need - 1) / 1000);
        }
        last.Sort();
        output.WriteLine($"need {need}, views miss {missing} %, dead {dead} %: surplus claims mean "
            + $"{surplus.Average():F3}, most {surplus.Max()}; need-th claim after p50 {last[12]} s, p99 {last[^1]} s");
        Assert.True(surplus.Average() <= need * missing / (100.0 - missing) + 1, $"{surplus.Average()} surplus claims");
    }

    /// <summary>
    /// One slice at class U2 of a pace like the reference's measurement: a step of 10 s, delays below 1 s.
    /// </summary>
    private static LoopSetting Blurred(ulong seed, int need, int missing, int dead) => new()
    {
        Seed = seed,
        Nodes = 80,
        FirstHolders = 3,
        Copies = 3 + need,
        MissingPercent = missing,
        DeadPercent = dead,
        Pace = Pace.Drill with { U2 = new TakeWaits(1_000, 10_000, 600_000) },
        LongestDelayMs = 900,
        SkewMs = 5_000,
        TransferMs = 20_000,
        PlanMs = 1_000,
    };

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Loop_PartitionedNetwork_OverdoesItOncePerPartAtMost(int parts)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var loop = new ClosedLoop(new LoopSetting
            {
                Seed = seed,
                Nodes = 40,
                Copies = 5,
                FirstHolders = 4,
                Parts = parts,
            });
            loop.Run(40_000);
            Assert.InRange(loop.CopiesBySlice[0], 5, 4 + parts);
        }
    }

    [Fact]
    public void Loop_ShortOfRoom_GivesEverySliceItsSecondCopyBeforeAnyItsThird()
    {
        var ends = new List<long>();
        for (ulong seed = 1; seed <= 40; seed++)
        {
            // One full seeder and five donations of 350 MB: 25 places for the 32 copies that are wanted.
            var loop = new ClosedLoop(new LoopSetting
            {
                Seed = seed,
                Nodes = 6,
                Slices = 16,
                Copies = 3,
                Room = 350_000_000,
                FirstRoom = 0,
            });
            while (loop.CopiesBySlice.Sum() < 16 + 25 && loop.ElapsedMs < 120_000) loop.Run(50);
            ends.Add(loop.ElapsedMs);
            var copies = string.Join(' ', loop.CopiesBySlice);
            Assert.True(loop.CopiesBySlice.Sum() == 41, $"seed {seed}: room is left over: {copies}");
            Assert.True(loop.CopiesBySlice.Min() == 2 && loop.CopiesBySlice.Max() == 3, $"seed {seed}: {copies}");
        }
        output.WriteLine($"full after {ends.Order().ElementAt(20)} ms (median), {ends.Max()} ms (most)");
    }

    [Fact]
    public void Loop_AmpleRoom_FillsNodesEvenly()
    {
        var loop = new ClosedLoop(new LoopSetting
        {
            Seed = 5,
            Nodes = 8,
            Slices = 200,
            Copies = 3,
            FirstRoom = 0,
            Room = 100_000_000_000,
        });
        loop.Run(120_000);
        Assert.All(loop.CopiesBySlice, copies => Assert.Equal(3, copies));
        var fill = Enumerable.Range(1, 7).Select(loop.HeldBy).ToList();
        var byNode = string.Join(' ', fill);
        output.WriteLine($"{loop.ClaimsMade} claims, {loop.Cancelled} cancelled; slices by node: {byNode}");
        // 400 slices over seven nodes are 57 each, in groups of eight.
        Assert.All(fill, slices => Assert.InRange(slices, 57 - 24, 57 + 24));
    }
}
