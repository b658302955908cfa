using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Records;
using WeightSwarm.Tests.Core.Gossip;

namespace WeightSwarm.Tests.Core.Liveness;

public sealed class LocalHealthTests
{
    private static readonly Pace _pace = Pace.Real;
    private static readonly Instant _now = new(1_000_000, 1_800_000_000_000);

    private readonly LocalHealth _health = new();

    [Theory]
    [InlineData(999, 0)]
    [InlineData(1_000, 1)]
    [InlineData(5_000, 2)]
    [InlineData(600_000, 8)]
    public void Lagged_CountsByHowLate(long byMs, int score)
    {
        _health.Lagged(byMs, _now, _pace);
        Assert.Equal(score, _health.At(_now, _pace));
    }

    [Fact]
    public void Score_FadesByOneInEachProbePeriod_AndSaysWhen()
    {
        _health.Lagged(5_000, _now, _pace);
        Assert.Equal(_now.MonotonicMs + _pace.ProbeMs, _health.NextDueMs(_now, _pace));
        Assert.Equal(2, _health.At(_now.Plus(_pace.ProbeMs - 1), _pace));
        Assert.Equal(1, _health.At(_now.Plus(_pace.ProbeMs), _pace));
        var end = _now.Plus(2 * _pace.ProbeMs);
        Assert.Equal((0, long.MaxValue), (_health.At(end, _pace), _health.NextDueMs(end, _pace)));
    }

    [Fact]
    public void Heard_LessThanHalf_MakesItSickAfterTwoPeriods_AndHearingAgainHealsIt()
    {
        _health.Heard(3, 8, _now, _pace);
        Assert.Equal(1, _health.At(_now, _pace));
        var later = _now.Plus(2 * _pace.ProbeMs);
        Assert.Equal(LocalHealth.Sick, _health.At(later, _pace));
        _health.Heard(8, 8, later, _pace);
        Assert.Equal(LocalHealth.Sick, _health.At(later, _pace));
        Assert.Equal(0, _health.At(later.Plus(3 * _pace.ProbeMs), _pace));
    }

    [Theory]
    [InlineData(4, 8)]
    [InlineData(0, 3)]
    [InlineData(0, 0)]
    public void Heard_HalfOrOfFew_IsNoEvidence(int reached, int watched)
    {
        _health.Heard(reached, watched, _now, _pace);
        Assert.Equal(0, _health.At(_now.Plus(9 * _pace.ProbeMs), _pace));
    }

    /// <summary>A node that is slow itself accuses nobody, and says why; once it is well again it does.</summary>
    [Fact]
    public void Core_ThatLags_AccusesNobody_UntilItIsWellAgain()
    {
        var (bench, heard) = Monitor();
        Assert.Equal(0, Accusations(bench, heard, seconds: 2, lagMs: 0));

        Assert.Equal(0, Accusations(bench, heard, seconds: 8, lagMs: 6_000));
        Assert.Contains("6000 ms late", bench.Core.WhySick, StringComparison.Ordinal);

        Assert.Equal(1, Accusations(bench, heard, seconds: 18, lagMs: 0));
        Assert.Null(bench.Core.WhySick);
    }

    /// <summary>More patience brings nobody back: the word stands until the node is heard.</summary>
    [Fact]
    public void Core_ThatBecomesSick_DoesNotTakeItsWordBack()
    {
        var (bench, heard) = Monitor();
        Assert.Equal(1, Observations(bench, heard, seconds: 8, lagMs: 0, down: true));

        Assert.Equal(0, Observations(bench, heard, seconds: 4, lagMs: 6_000, down: false));

        var back = bench.Linked(3);
        bench.Frame(back, new V1.Frame { Ping = new V1.Ping { Nonce = 1 } });
        Assert.Equal(1, Observations(bench, heard, seconds: 1, lagMs: 0, down: false));
    }

    /// <summary>A core that monitors node 3 and has a link to node 2.</summary>
    private static (CoreBench Bench, SessionId Heard) Monitor()
    {
        var bench = new CoreBench();
        bench.Handle(new CoreInput.Described(new SelfDescription(
            [(IPAddress.Parse("10.9.9.9"), 7000, 7001)], "", "", false, "test", 0)));
        var heard = bench.Linked(2);
        bench.Linked(3);
        bench.Frame(heard, CoreBench.Push(bench.NodeRecord(3, 1, CoreBench.AddressOf(3))));
        return (bench, heard);
    }

    private static int Accusations(CoreBench bench, SessionId heard, int seconds, long lagMs) =>
        Observations(bench, heard, seconds, lagMs, down: true);

    /// <summary>Node 2 is heard all the time; node 3 says nothing.</summary>
    private static int Observations(CoreBench bench, SessionId heard, int seconds, long lagMs, bool down)
    {
        List<CoreOutput> outputs = [];
        for (var second = 0; second < seconds; second++)
        {
            if (lagMs > 0) outputs.AddRange(bench.Handle(new CoreInput.Lagged(lagMs)));
            var record = bench.NodeRecord(2, (ulong)bench.Now.MonotonicMs, CoreBench.AddressOf(2));
            outputs.AddRange(bench.Frame(heard, CoreBench.Push(record)));
            outputs.AddRange(bench.Ticks(1000));
        }
        return outputs.OfType<CoreOutput.Persist>().Count(p =>
            p.Record.Kind == RecordKind.Observation && p.Record.Author == bench.Core.Self &&
            RecordBodies.Observation(p.Record).Down == down);
    }
}
