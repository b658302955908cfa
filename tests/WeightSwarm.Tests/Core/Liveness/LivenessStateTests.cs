using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;

namespace WeightSwarm.Tests.Core.Liveness;

public sealed class LivenessStateTests
{
    private static readonly NodeId[] Ids = [.. Enumerable.Range(0, 12).Select(i => NodeId.Of([(byte)i]))];
    private static readonly NodeId Self = Ids[0], Subject = Ids[1];
    private static readonly NodeId[] Watchers = Ids[2..10];

    private readonly LivenessState _state = new(Self, startedMs: 1000);

    private long? Absent => _state.AbsentSinceMs(Subject, Watchers);

    private void Down(int watcher, long sinceMs, long castMs) =>
        _state.Observed(Watchers[watcher], Subject, down: true, sinceMs, castMs);

    [Fact]
    public void AbsentSince_WithTwoVotesOfEight_IsPresent()
    {
        Down(0, 5000, 8000);
        Down(1, 5000, 8000);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_WithThreeVotes_IsSinceTheThird()
    {
        Down(0, 5000, 8000);
        Down(1, 6000, 8000);
        Down(2, 7000, 8000);
        Assert.Equal(7000, Absent);
        Down(3, 6500, 9000);
        Assert.Equal(6500, Absent);
    }

    [Fact]
    public void AbsentSince_OfNodesThatAreNoMonitors_CountsNothing()
    {
        for (var i = 0; i < 8; i++) _state.Observed(NodeId.Of([100, (byte)i]), Subject, down: true, 5000, 8000);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_OnceTheNodeWasHeardLater_IsPresent()
    {
        for (var i = 0; i < 8; i++) Down(i, 5000, 8000);
        Assert.NotNull(Absent);
        _state.Heard(Subject, 8000);
        Assert.Null(Absent);
        _state.Heard(Subject, 100);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_AfterOneTookItsWordBack_StillHearsTheOthers()
    {
        for (var i = 0; i < 5; i++) Down(i, 5000, 8000);
        _state.Observed(Watchers[0], Subject, down: false, 9000, 9000);
        Assert.Equal(5000, Absent);
        _state.Observed(Watchers[1], Subject, down: false, 9000, 9000);
        _state.Unobserved(Watchers[2], Subject);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_WithOwnSilence_CountsOneVoteOfItsOwn()
    {
        _state.Heard(Subject, 4000);
        Down(0, 4500, 8000);
        Down(1, 4600, 8000);
        Assert.Null(Absent);
        _state.Silent(Subject, true);
        Assert.Equal(4600, Absent);
        _state.Silent(Subject, false);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_WhenMostMonitorsAreGoneThemselves_NeedsFewerVotes()
    {
        Down(0, 5000, 8000);
        for (var i = 1; i < 8; i++) _state.Silent(Watchers[i], true);
        Assert.Equal(5000, Absent);
    }

    [Fact]
    public void AbsentSince_WhenOthersSawTheMonitorsGo_NeedsFewerVotes()
    {
        Down(0, 5000, 8000);
        Down(1, 5000, 8000);
        for (var i = 2; i < 8; i++)
            foreach (var voter in new[] { Watchers[0], Watchers[1], Ids[11] })
                _state.Observed(voter, Watchers[i], down: true, 5000, 8000);
        Assert.Equal(5000, Absent);
    }

    /// <summary>Each had but one living monitor beside the other, and waited for the other's vote.</summary>
    [Fact]
    public void AbsentSince_OfTwoThatDiedAndMonitorEachOther_NeedsNoVoteOfTheOther()
    {
        for (var i = 0; i < 6; i++) _state.Silent(Watchers[i], true);
        Down(7, 5000, 8000);
        Assert.Null(Absent);
        _state.Observed(Ids[11], Watchers[6], down: true, 5000, 8000);
        Assert.Equal(5000, Absent);
        // Whoever is doubted wrongly says so, and has a vote again.
        _state.Heard(Watchers[6], 8001);
        Assert.Null(Absent);
    }

    [Fact]
    public void AbsentSince_OfItself_IsNever()
    {
        foreach (var watcher in Watchers) _state.Observed(watcher, Self, down: true, 5000, 8000);
        Assert.Null(_state.AbsentSinceMs(Self, Watchers));
    }

    [Fact]
    public void AbsentSince_InANetworkOfTwo_IsTheOneVote()
    {
        _state.Silent(Subject, true);
        Assert.Equal(1000, _state.AbsentSinceMs(Subject, [Self]));
    }
}
