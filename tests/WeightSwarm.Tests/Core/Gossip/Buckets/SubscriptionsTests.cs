using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Gossip.Buckets;

public sealed class SubscriptionsTests
{
    private static readonly Pace _pace = Pace.Real;
    private readonly Subscriptions _own = new(TestRecords.Alice.Id, new BucketRules(20, 16, 10), 0);

    private static Instant At(long minutes) => new(minutes * 60_000, 1_800_000_000_000 + minutes * 60_000);

    private int Other(int number) => (_own.Duty + number) % 1024;

    [Fact]
    public void Mode_HasAHysteresis()
    {
        Assert.False(_own.MustPart(20, 0));
        Assert.True(_own.MustPart(21, 0));
        _own.Part([], _pace, At(100));
        Assert.False(_own.MustPart(21, 0));
        Assert.False(_own.MustJoin(16));
        Assert.True(_own.MustJoin(15));
        _own.Join(At(200));
        Assert.False(_own.MustJoin(15));
        Assert.False(_own.MustPart(20, 20));
        Assert.True(_own.MustPart(21, 0));
    }

    [Theory]
    [InlineData(16, 9, true)]
    [InlineData(16, 8, false)]
    [InlineData(15, 15, false)]
    public void MustPart_ForANewcomer_IsWhatMostOfTheOthersDo(int members, int parted, bool expected) =>
        Assert.Equal(expected, _own.MustPart(members, parted));

    [Fact]
    public void Part_AfterAWhile_KnowsAndWatchesWhatItKeeps()
    {
        _own.Part([Other(1)], _pace, At(100));
        Assert.Equal(new[] { _own.Duty, Other(1) }.Order(), _own.Own);
        Assert.True(_own.Has(Other(1)) && _own.IsWatched(Other(1)) && _own.IsWatched(_own.Duty));
        Assert.False(_own.Has(Other(2)) || _own.IsWatched(Other(2)));
    }

    [Fact]
    public void Part_SoonAfterTheStart_WatchesNothingUntilItWasComparedAndSettled()
    {
        _own.Part([], _pace, At(1));
        Assert.False(_own.IsWatched(_own.Duty));
        _own.Compared(_own.Duty);
        Assert.False(_own.Watch(_pace, At(10)));
        Assert.True(_own.Watch(_pace, At(11)));
        Assert.True(_own.IsWatched(_own.Duty));
    }

    [Fact]
    public void Watch_OfABucketThatNobodyElseHas_ComesLater()
    {
        _own.Part([], _pace, At(1));
        Assert.False(_own.Watch(_pace, At(60)));
        Assert.True(_own.Watch(_pace, At(61)));
    }

    [Fact]
    public void Renew_WithoutAReason_DropsABucketAfterAnHourAndTheDutyNever()
    {
        _own.Part([Other(1)], _pace, At(100));
        Assert.False(_own.Renew([], _pace, At(159)));
        Assert.False(_own.Renew([Other(1)], _pace, At(159)));
        Assert.False(_own.Renew([], _pace, At(218)));
        Assert.True(_own.Renew([], _pace, At(219)));
        Assert.Equal([_own.Duty], _own.Own);
    }

    [Fact]
    public void Renew_WithMoreThan64Reasons_TakesTheFirstAndAnIdleOnesPlace()
    {
        _own.Part(Enumerable.Range(1, 80).Select(Other), _pace, At(100));
        Assert.Equal(64, _own.Own.Count);
        Assert.True(_own.Has(Other(63)));
        Assert.False(_own.Has(Other(64)));
        Assert.True(_own.Renew(Enumerable.Range(2, 62).Append(200).Select(Other), _pace, At(101)));
        Assert.Equal(64, _own.Own.Count);
        Assert.True(_own.Has(Other(200)) && !_own.Has(Other(1)));
    }

    [Fact]
    public void Join_SubscribesToAllAtOnceAndWatchesTheNewOnesWhenTheyAreKnown()
    {
        _own.Part([Other(1)], _pace, At(100));
        _own.Join(At(200));
        Assert.True(_own.Has(Other(5)) && _own.IsWatched(Other(1)) && _own.IsBusy);
        Assert.False(_own.IsWatched(Other(5)));
        Assert.False(_own.Watch(_pace, At(209)));
        Assert.True(_own.Watch(_pace, At(210)));
        Assert.True(_own.IsWatched(Other(5)) && !_own.IsBusy);
    }
}
