using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.Reports;
using WeightSwarm.Simulation.Scenarios;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Tests.Simulation;

public sealed class SimulatorTests
{
    private static Scenario Named(string name) => ScenarioList.All.Single(s => s.Name == name);

    [Fact]
    public void Run_OfOneSeedTwice_HasOneLog()
    {
        var (first, second) = (Runner.Run(Named("five-drill"), 11, null), Runner.Run(Named("five-drill"), 11, null));
        Assert.Equal(first.LogHash, second.LogHash);
        Assert.Equal(first.Figures, second.Figures);
        Assert.NotEqual(first.LogHash, Runner.Run(Named("five-drill"), 12, null).LogHash);
    }

    /// <summary>A core ticked only when it wants to be misses nothing, and frames survive their bytes.</summary>
    [Theory]
    [InlineData("five-drill", 21)]
    [InlineData("restart", 22)]
    [InlineData("trim-flap", 23)]
    public void Run_WithEveryTickAndAllBytes_HasTheSameLog(string name, ulong seed)
    {
        var literal = Runner.Run(Named(name), seed, null, null, literal: true);
        Assert.Equal(Runner.Run(Named(name), seed, null).LogHash, literal.LogHash);
    }

    [Theory]
    [InlineData("five-drill")]
    [InlineData("small-disks")]
    [InlineData("restart")]
    [InlineData("partition")]
    [InlineData("clock-skew")]
    [InlineData("stolen-key")]
    [InlineData("garbage")]
    public void Run_OfAScenario_KeepsItsPromises(string name)
    {
        for (ulong seed = 1; seed <= 2; seed++)
        {
            var result = Runner.Run(Named(name), seed, null);
            Assert.True(result.Failure is null, $"tests/simulate run {name} --seeds {seed}..{seed}: {result.Failure}");
        }
    }

    /// <summary>Days of trouble at pace real; more seeds and nodes: tests/simulate run NAME --seeds 1..100.</summary>
    [Theory]
    [InlineData("split-day", 12)]
    [InlineData("flap-4", 12)]
    [InlineData("one-way", 16)]
    [InlineData("swizzle-clog", 12)]
    [InlineData("clock-faults", 16)]
    [InlineData("backup-5", 10)]
    [InlineData("replay-10", 8)]
    [InlineData("renewals", 10)]
    [InlineData("sybil-16", 8)]
    [InlineData("sybil-2k", 8)]
    [InlineData("eclipse", 10)]
    [InlineData("clone", 10)]
    [InlineData("squatters", 8)]
    [InlineData("squatters-lie", 8)]
    [InlineData("liars-3", 16)]
    [InlineData("outsource", 14)]
    [InlineData("crash-30", 12)]
    [InlineData("kill-40", 6)]
    [InlineData("power-cut", 10)]
    [InlineData("power-all", 10)]
    [InlineData("disk-faults", 12)]
    [InlineData("bit-rot-2", 6)]
    [InlineData("database-lost", 10)]
    [InlineData("shrink", 10)]
    [InlineData("mounts", 8)]
    [InlineData("trim", 10)]
    [InlineData("drain", 9)]
    [InlineData("drain-30", 20)]
    [InlineData("one-as", 20)]
    [InlineData("buckets-cross", 28)]
    public void Run_OfDaysOfTrouble_KeepsItsPromises(string name, int nodes)
    {
        var result = Runner.Run(Named(name), 1, nodes);
        Assert.True(
            result.Failure is null, $"tests/simulate run {name} --seeds 1..1 --nodes {nodes}: {result.Failure}");
    }

    [Fact]
    public void CommandLine_OfAFailingRun_SaysHowToReplayIt()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        // Two nodes cannot hold three copies.
        Assert.Equal(1, CommandLine.Run(["run", "five-drill", "--seeds", "3..3", "--nodes", "2"], output, errors));
        var said = errors.ToString();
        Assert.Contains("tests/simulate run five-drill --seeds 3..3 --nodes 2", said, StringComparison.Ordinal);
        Assert.Contains("3 copies of every slice", said, StringComparison.Ordinal);
    }

    /// <summary>Worlds that run side by side share nothing, and are told of in the order of their seeds.</summary>
    [Fact]
    public void CommandLine_WithJobs_TellsTheSame()
    {
        static string[] Logs(string jobs)
        {
            var output = new StringWriter();
            string[] command = ["run", "five-drill", "--seeds", "1..4", "--jobs", jobs];
            Assert.Equal(0, CommandLine.Run(command, output, TextWriter.Null));
            return [.. output.ToString().Split('\n').Where(l => l.Contains(" seed ", StringComparison.Ordinal))
                .Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)] + l[l.LastIndexOf(' ')..])];
        }

        Assert.Equal(4, Logs("1").Length);
        Assert.Equal(Logs("1"), Logs("4"));
    }

    [Fact]
    public void Run_ForSomeSeconds_EndsThenAndSaysTheSameUntilThen() => EndsThenAndSaysTheSame("five-drill", 11, 40);

    /// <summary>Until it has its copies in all buckets, a get has come through, and daemons were restarted.</summary>
    [Fact]
    public void Run_OfAPartedNetwork_HasItsCopiesAndItsRecords()
    {
        var result = Runner.Run(Named("buckets"), 1, 44, seconds: 140_000);
        Assert.True(result.Failure is null, $"tests/simulate run buckets --nodes 44 --for 140000: {result.Failure}");
        Assert.Contains("s until a get sees the holders", result.Figures.Keys);
    }

    /// <summary>Long enough for a network to part.</summary>
    [Fact]
    public void Run_OfAPartedNetwork_WithEveryTickAndAllBytes_HasTheSameLog() =>
        Assert.Contains("ms to part", EndsThenAndSaysTheSame("buckets-cross", 24, 150).Figures.Keys);

    /// <summary>Where comparisons are put off, the core must ask for the tick that takes them up.</summary>
    [Fact]
    public void Run_WhereComparisonsArePutOff_HasTheSameLogWithEveryTick() => EndsThenAndSaysTheSame("one-way", 1, 120);

    private static RunResult EndsThenAndSaysTheSame(string name, ulong seed, long seconds)
    {
        var (first, second) = (
            Runner.Run(Named(name), seed, null, seconds: seconds),
            Runner.Run(Named(name), seed, null, literal: true, seconds: seconds));
        Assert.Equal((null, seconds * 1000), (first.Failure, first.SimulatedMs));
        Assert.Equal(first.LogHash, second.LogHash);
        return first;
    }

    [Theory]
    [InlineData("run", "five-drill", "--for", "0")]
    [InlineData("run", "five-drill", "--jobs", "0")]
    [InlineData("run", "nothing")]
    [InlineData("run", "five-drill", "--seeds", "5..1")]
    [InlineData("run", "five-drill", "--nodes", "0")]
    [InlineData("sing")]
    public void CommandLine_ThatIsWrong_EndsWithTwo(params string[] args) =>
        Assert.Equal(2, CommandLine.Run(args, TextWriter.Null, TextWriter.Null));

    [Fact]
    public void Compare_OfAReportWithItself_FindsNoChange()
    {
        var file = Path.Combine(Path.GetTempPath(), $"weightswarm-{Guid.NewGuid():n}.json");
        try
        {
            Assert.Equal(0, CommandLine.Run(["run", "small-disks", "--json", file], TextWriter.Null, TextWriter.Null));
            var output = new StringWriter();
            Assert.Equal(0, CommandLine.Run(["compare", file, file], output, TextWriter.Null));
            Assert.Contains("ms to fill", output.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("%", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Oracle_SeesAnAdvertisedSliceThatIsNotThere()
    {
        using var world = new SimWorld(1, 1, new Policy(1, Pace.Drill, DomainRule.Node, 1 << 20), null);
        world.Start(0);
        world.PublishCharter(0);
        var entry = world.AddModel(0, 1, 4, 1 << 20);
        world.RunFor(1_000);
        world.Nodes[0].Disk.Intact.Remove((entry.ModelId, 2));
        world.Nodes[0].Handle(new CoreInput.SlicesHeld(entry.ModelId, SliceSet.All(4), true), EventKind.Verified);
        var thrown = Assert.Throws<ScenarioFailedException>(() => world.RunFor(5_000));
        Assert.StartsWith("I3", thrown.Message, StringComparison.Ordinal);
    }
}
