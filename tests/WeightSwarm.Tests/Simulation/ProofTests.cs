using WeightSwarm.Simulation.Proofs;

namespace WeightSwarm.Tests.Simulation;

/// <summary>A bounded number of what tests/simulate proofs --trials 1000000 does.</summary>
public sealed class ProofTests
{
    private const ulong Seed = 3;

    [Fact]
    public void Audits_HonestAndMutated_NeverFailAndNeverPass()
    {
        var tally = ProofTally.Of(10_000, Seed);
        Assert.Equal((10_000, 0, 0, null), (tally.Trials, tally.FalseFailures, tally.Accepted, tally.FirstWrong));
        Assert.InRange(tally.Lost, 300, 700);
    }
}
