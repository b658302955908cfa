using WeightSwarm.Node.Gossip;

namespace WeightSwarm.Tests.Node.Gossip;

/// <summary>When a node goes to the DHT.</summary>
public sealed class DhtScheduleTests
{
    private const int Port = 6890;
    private const long Day = 86_400_000;

    private readonly DhtSchedule _schedule = new();
    private long _now = Day;

    [Fact]
    public void Alone_GoesAtOnceAndThenLessAndLess()
    {
        var waits = Enumerable.Range(0, 12).Select(_ => Round(alone: true, nodes: 5)).ToList();
        Assert.Equal(
            [0, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 900_000, 900_000], waits);
    }

    [Fact]
    public void WithNeighbours_GoesEveryHalfHour()
    {
        Assert.Equal([0, 1_800_000, 1_800_000], Enumerable.Range(0, 3).Select(_ => Round(alone: false, nodes: 5)));
    }

    [Fact]
    public void WithNeighboursAndNoDhtYet_GoesAgainSoon()
    {
        Assert.Equal([0, 2_000, 4_000], Enumerable.Range(0, 3).Select(_ => Round(alone: false, nodes: 0)));
        Assert.Equal(8_000, Round(alone: false, nodes: 3));
        Assert.Equal(1_800_000, Round(alone: false, nodes: 3));
    }

    [Fact]
    public void LastNeighbourGone_GoesAtOnce()
    {
        Round(alone: false, nodes: 5);
        _now += 60_000;
        Assert.False(_schedule.IsDue(_now, alone: false, Port));
        Assert.True(_schedule.IsDue(_now, alone: true, Port));
        _schedule.Done(_now, nodes: 5);
        Assert.Equal(2_000, Round(alone: true, nodes: 5));
    }

    [Fact]
    public void AnotherPort_IsAnnouncedAtOnce()
    {
        Round(alone: false, nodes: 5);
        Assert.False(_schedule.IsDue(_now, alone: false, Port));
        Assert.True(_schedule.IsDue(_now, alone: false, Port + 1));
    }

    /// <summary>How long it waits for its next round, which it makes.</summary>
    private long Round(bool alone, long nodes)
    {
        var start = _now;
        while (!_schedule.IsDue(_now, alone, Port))
        {
            _now += 1_000;
            Assert.True(_now - start < Day, "no round for a day");
        }
        _schedule.Done(_now, nodes);
        return _now - start;
    }
}
