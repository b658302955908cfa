using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class TimedStateTests
{
    private static readonly Pace _pace = Pace.Drill;
    private static readonly Entry _model = Swarm.Model(0, 4);

    private readonly Outbox _outbox = new();
    private readonly TimedState _state;
    private long _passedMs;

    public TimedStateTests() => _state = new TimedState(Swarm.Id(1), _outbox, new byte[32]);

    private static CopyKey Copy(int holder, int slice) => new(Swarm.Id(holder), _model.ModelId, slice);

    private static Swarm Three(Entry? model = null) => new Swarm().Wanting(3).Nodes(1, 3).With(model ?? _model)
        .Holds(1, 0, 1, 2).Holds(2, 0, 1, 2, 3).Holds(3, 0);

    private static Instant At(long ms) => Swarm.Now.Plus(ms);

    /// <summary>Time passes in steps; every challenge ends thus.</summary>
    private List<CopyKey> Pass(SwarmView view, long ms, TimedOutcome outcome = TimedOutcome.InTime)
    {
        List<CopyKey> asked = [];
        for (var until = _passedMs + ms; _passedMs < until; _passedMs += 100)
        {
            _state.Tend(view, At(_passedMs));
            foreach (var ask in _outbox.Drain().OfType<CoreOutput.AskTimed>())
            {
                Assert.Equal((SpanDraw.Most, _pace.AuditPatienceMs), (ask.Spans, ask.WithinMs));
                asked.Add(ask.Copy);
                _state.Ended(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, outcome));
            }
        }
        return asked;
    }

    [Fact]
    public void Tend_AsksEveryOtherHolderOfWhatItHolds_OnceInAPeriod()
    {
        var asked = Pass(Three().SeenBy(1), 3 * _pace.TimedMs);
        Assert.Equal([Copy(2, 0), Copy(2, 1), Copy(2, 2), Copy(3, 0)], asked.Distinct().Order());
        Assert.All(asked.GroupBy(copy => copy), copies => Assert.Equal(3, copies.Count()));
        Assert.Equal(3, _state.Book.Of(Copy(3, 0)).InTime);
    }

    [Fact]
    public void Tend_WhileAnAnswerIsAwaited_AsksNobodyElse()
    {
        var view = Three().SeenBy(1);
        List<CoreOutput.AskTimed> asked = [];
        for (var ms = 0L; ms < 2 * _pace.TimedMs; ms += 100)
        {
            _state.Tend(view, At(ms));
            asked.AddRange(_outbox.Drain().OfType<CoreOutput.AskTimed>());
        }
        var ask = Assert.Single(asked);
        Assert.False(_state.Ended(new CoreInput.TimedEnded(ask.Copy, new Nonce(1), TimedOutcome.Different)));
        Assert.True(_state.Ended(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, TimedOutcome.Different)));
        Assert.False(_state.Ended(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, TimedOutcome.Different)));
        Assert.Equal(1, _state.Book.Of(ask.Copy).Different);
    }

    [Fact]
    public void Tend_OfTheAbsentTheAwayTheFailedAndTheSmall_AsksNot()
    {
        Assert.Empty(Pass(Three().Node(2, absentMs: 5_000).Node(3, absentMs: 1).SeenBy(1), 2 * _pace.TimedMs));
        var view = Three().SeenBy(1);
        Assert.DoesNotContain(Copy(2, 1), Pass(
            view with { FailedAudits = view.FailedAudits.Add(Copy(2, 1), 1) }, 2 * _pace.TimedMs));
        Assert.Empty(Pass(Three(Swarm.Model(0, 4, sliceBytes: 31 << 20)).SeenBy(1), 2 * _pace.TimedMs));
        var away = new Swarm().Wanting(3).Nodes(1, 2).With(_model).Holds(1, 0, 1).HoldsAway(2, 1, 0, 1).SeenBy(1);
        Assert.Empty(Pass(away, 2 * _pace.TimedMs));
    }

    [Fact]
    public void Ended_Late_IsCountedAndShownUntilAnAnswerIsInTime()
    {
        var view = Three().SeenBy(1);
        Pass(view, _pace.TimedMs, TimedOutcome.Slow);
        Assert.Equal(new CopyTimes(0, 1, 0, 0, true), _state.Book.Of(Copy(2, 0)));
        Pass(view, _pace.TimedMs);
        Assert.Equal(new CopyTimes(1, 1, 0, 0, false), _state.Book.Of(Copy(2, 0)));
        // Nobody holds it any more.
        Pass(new Swarm().Wanting(3).Nodes(1, 3).With(_model).Holds(1, 0).SeenBy(1), _pace.PlanMs * 2);
        Assert.Empty(_state.Book.Copies);
    }

    [Fact]
    public void Tend_AfterTheWallClockWasSet_AsksNotForWhatHasPassed()
    {
        var view = Three().SeenBy(1);
        Pass(view, _pace.PlanMs);
        for (var day = -3; day <= 3; day++)
        {
            var now = new Instant(Swarm.Now.MonotonicMs + _passedMs, Swarm.Now.UnixMs + day * 86_400_000L);
            _state.Tend(view, now);
            Assert.InRange(_outbox.Drain().OfType<CoreOutput.AskTimed>().Count(), 0, 1);
            _passedMs += _pace.PlanMs;
        }
    }
}
