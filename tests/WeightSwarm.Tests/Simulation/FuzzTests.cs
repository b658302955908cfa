using WeightSwarm.Simulation.Fuzz;
using WeightSwarm.Simulation.Reports;
using WeightSwarm.Tests.Support;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Simulation;

/// <summary>The short form of <c>tests/simulate fuzz</c>, with another seed each time it is asked for one.</summary>
[Collection(MemoryMeasured.Name)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long InputsOfATarget = 10_000, MostBytesOfAnInput = 8 << 20, MostGrowth = 64 << 20;

    [Fact]
    public void EveryParser_UnderMutatedInput_ReadsOrRefusesAndStaysSmall()
    {
        var seed = ulong.Parse(Environment.GetEnvironmentVariable("WEIGHTSWARM_SEED") ?? "20270501");
        output.WriteLine($"seed {seed} (set WEIGHTSWARM_SEED to replay another)");
        var targets = FuzzTargets.Make();
        foreach (var target in targets)
            Assert.All(target.Samples, sample => Assert.True(target.Read(sample), $"{target.Name} refuses a sample"));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var target in targets)
        {
            var result = FuzzRun.Of(target, InputsOfATarget, seed);
            Assert.True(result.Crash is null, result.Crash);
            Assert.True(result.WorstBytes < MostBytesOfAnInput, $"{target.Name}: {result.WorstBytes} bytes for one");
            // Neither all nor none: else the mutations miss what they are for.
            Assert.InRange(result.Accepted, 1, InputsOfATarget - 1);
        }
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth < MostGrowth, $"memory grew by {growth >> 20} MiB");
        GC.KeepAlive(targets);
    }

    [Fact]
    public void Of_ATargetThatThrows_TellsTheInputInHex()
    {
        var target = new FuzzTarget("weak", [[1, 2, 3]], bytes =>
            bytes.Length > 3 ? throw new InvalidOperationException("too long") : true);
        var result = FuzzRun.Of(target, 1_000, 1);
        Assert.Matches("^weak: input [0-9]+ of seed 1: [0-9A-F]{8,}\n", result.Crash);
        Assert.Equal(result.Crash, FuzzRun.Of(target, 1_000, 1).Crash);
    }

    [Theory]
    [InlineData("--inputs", "0")]
    [InlineData("--only", "nothing")]
    [InlineData("--seed")]
    public void CommandLine_ThatIsWrong_EndsWithTwo(params string[] options) =>
        Assert.Equal(2, CommandLine.Run(["fuzz", .. options], TextWriter.Null, TextWriter.Null));

    [Fact]
    public void CommandLine_OfOneTarget_EndsWithZeroAndItsFigures()
    {
        var written = new StringWriter();
        Assert.Equal(0, CommandLine.Run(["fuzz", "--inputs", "500", "--only", "invite"], written, TextWriter.Null));
        Assert.Contains("500 inputs, no crash, seed 1", written.ToString(), StringComparison.Ordinal);
    }
}
