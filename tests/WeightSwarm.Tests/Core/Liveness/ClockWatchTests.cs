using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;

namespace WeightSwarm.Tests.Core.Liveness;

public sealed class ClockWatchTests
{
    private static readonly Pace _pace = Pace.Real;
    private static readonly Instant _now = new(1_000_000, 1_800_000_000_000);

    private readonly ClockWatch _watch = new();

    private static NodeId Peer(byte number) => new(Hash256.Of([number]));

    [Fact]
    public void WhySuspect_NothingHeard_IsNull()
    {
        _watch.Read(_now, _pace);
        _watch.Read(_now.Plus(1000), _pace);
        Assert.Null(_watch.WhySuspect(_now.Plus(1000), _pace));
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-86_400_000)]
    [InlineData(12L * 365 * 86_400_000)]
    public void WhySuspect_ClockWasSet_ForTwoWaits(long byMs)
    {
        _watch.Read(_now, _pace);
        var after = new Instant(_now.MonotonicMs + 1000, _now.UnixMs + 1000 + byMs);
        _watch.Read(after, _pace);
        Assert.Equal("its clock was set just now", _watch.WhySuspect(after, _pace));
        var later = after.Plus(2 * _pace.ReleaseWaitMs);
        _watch.Read(later, _pace);
        Assert.Null(_watch.WhySuspect(later, _pace));
    }

    [Fact]
    public void WhySuspect_SmallCorrection_IsNull()
    {
        _watch.Read(_now, _pace);
        _watch.Read(new Instant(_now.MonotonicMs + 1000, _now.UnixMs + 1500), _pace);
        Assert.Null(_watch.WhySuspect(_now, _pace));
    }

    [Fact]
    public void WhySuspect_MostPeersDiffer_UntilTheyDoNot()
    {
        var off = _now.UnixMs + _pace.ClockSkewMs + 1;
        _watch.Heard(Peer(1), off, _now);
        _watch.Heard(Peer(2), _now.UnixMs, _now);
        Assert.Null(_watch.WhySuspect(_now, _pace));
        _watch.Heard(Peer(3), off, _now);
        Assert.Equal("the clocks of 2 of 3 peers differ from its own", _watch.WhySuspect(_now, _pace));
        _watch.Forget(Peer(3));
        Assert.Null(_watch.WhySuspect(_now, _pace));
    }
}
