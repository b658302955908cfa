using WeightSwarm.Torrent.Engine;

namespace WeightSwarm.Tests.Torrent.Engine;

public sealed class FlushLineTests
{
    private readonly FlushLine _line = new();

    [Fact]
    public void Report_ForTheOnlyWaiter_EndsIt()
    {
        var waiter = _line.Join();

        Assert.False(_line.Report());
        Assert.True(waiter.IsCompletedSuccessfully);
    }

    [Fact]
    public void Report_OfAnEarlierFlush_DoesNotEndALaterWaiter()
    {
        // The torrent finished, so a report is due that says nothing of what is written after.
        _line.Expect();
        var waiter = _line.Join();

        Assert.True(_line.Report());
        Assert.False(waiter.IsCompleted);
        _line.Report();
        Assert.True(waiter.IsCompletedSuccessfully);
    }

    [Fact]
    public void Expect_WhileWaiting_WaitsForOneMore()
    {
        // Which of the two reports comes first is not known.
        var waiter = _line.Join();
        _line.Expect();

        Assert.True(_line.Report());
        Assert.False(waiter.IsCompleted);
        _line.Report();
        Assert.True(waiter.IsCompletedSuccessfully);
    }

    [Fact]
    public void Report_ThatNeverComes_IsMadeUpForByAskingAgain()
    {
        _line.Expect();
        var waiter = _line.Join();

        // Only the waiter's own flush reports; the line asks for another, and that one ends the waiter.
        Assert.True(_line.Report());
        Assert.False(_line.Report());
        Assert.True(waiter.IsCompletedSuccessfully);
    }

    [Fact]
    public void Report_WithTwoWaiters_EndsThemInOrder()
    {
        var first = _line.Join();
        var second = _line.Join();

        Assert.True(_line.Report());
        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        Assert.False(_line.Report());
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public void Fail_BeforeAndAfterJoining_EndsAllWithTheCause()
    {
        var before = _line.Join();
        var cause = new InvalidOperationException("gone");
        _line.Fail(cause);
        var after = _line.Join();

        Assert.Same(cause, before.Exception!.InnerException);
        Assert.Same(cause, after.Exception!.InnerException);
    }
}
