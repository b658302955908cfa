using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using static WeightSwarm.Tests.Core.Records.TestRecords;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>Alice claims slices, and this node asks her to show what she says of them. Pace real; the patience is that
/// with a last copy, five minutes.</summary>
public sealed class ProgressStateTests
{
    private const long Minute = 60_000;

    private static readonly Hash256 _model = Hash256.Of("model"u8);
    private static readonly Pace _pace = Pace.Real;
    private static readonly long _ttl = _pace.U0.ClaimTtlMs;

    private readonly SwarmViewBuilder _views = new(Founder.Id);
    private readonly Outbox _outbox = new();
    private readonly ProgressState _state;
    private Instant _now = Now;
    private ulong _seq;

    public ProgressStateTests()
    {
        _state = new ProgressState(_outbox, _views, new byte[32]);
        _views.Accepted(Charter(Founder, Policy.Default, Curator(Alice, "")), _now);
        var entry = EntryValue("org/model") with { ModelId = _model };
        _views.Accepted(Of(Alice, RecordKind.Entry, _model.ToArray(), RecordBodies.Entry(entry), 400 * Day, 1), _now);
        foreach (var key in (SimKey[])[Alice, Bob])
            _views.Accepted(Of(key, RecordKind.Node, [], new V1.Node(), 400 * Day, 1), _now);
    }

    [Fact]
    public void Tend_AsksForWhatIsNew_OnceHalfThePatienceIsOver()
    {
        Claim(0, 0);
        Pass(Minute);
        Claim(0, 3, 0b111);
        Pass(2 * Minute);
        Doubt(0);
        var ask = Assert.Single(Asks());
        Assert.Equal((Copy(0), PartMap.Read([0b111])), (ask.Claim, ask.Parts));
        Assert.Equal(_pace.AuditPatienceMs + 348, ask.WithinMs);
        // While an answer is awaited nothing else is asked of her.
        Claim(0, 9, 0b1111);
        Assert.Empty(Asks());
        End(ask, ReceiptOutcome.Proven);
        Assert.Empty(Asks());
        Pass(_ttl / 4 - 1);
        Assert.Empty(Asks());
        Pass(1);
        Assert.Equal(PartMap.Read([0b1000]), Assert.Single(Asks()).Parts);
        Assert.Equal((2, 1), _state.Count);
    }

    [Fact]
    public void Progress_ThatIsShown_IsBelievedFromWhenItWasSaid()
    {
        Claim(0, 0);
        Pass(3 * Minute);
        Claim(0, 3, 0b111);
        var saidMs = _now.MonotonicMs;
        Doubt(0);
        Assert.Equal(_now.MonotonicMs - _ttl / 2, Seen(0).ProgressAtMs);
        var ask = Assert.Single(Asks());
        Pass(1_000);
        Claim(0, 9, 0b1111);
        End(ask, ReceiptOutcome.Proven);
        Assert.Equal((saidMs, true, false), (Seen(0).ProgressAtMs, Seen(0).IsDoubted, Seen(0).IsDisproved));
    }

    [Theory]
    [InlineData(ReceiptOutcome.Offline)]
    [InlineData(ReceiptOutcome.Unknown)]
    public void Progress_OfWhichNothingIsShown_BuysNothing_AndIsAskedForAgainAndAgain(ReceiptOutcome outcome)
    {
        Claim(0, 0);
        Pass(_ttl / 2);
        Doubt(0);
        var beganMs = _now.MonotonicMs - _ttl / 2;
        var asked = 0;
        for (var second = 0; second < 3_600; second++)
        {
            if (second % 60 == 0) Claim(0, 1 + second / 60, [.. Enumerable.Repeat((byte)255, 1 + second / 60)]);
            foreach (var ask in Asks())
            {
                asked++;
                End(ask, outcome);
            }
            Pass(1_000);
        }
        Assert.Equal((beganMs, false), (Seen(0).ProgressAtMs, Seen(0).IsDisproved));
        // At once, and after 1, 3, 7, 15 and 31 minutes.
        Assert.Equal(6, asked);
        // The first proof makes it good.
        Pass(4 * Minute);
        End(Assert.Single(Asks()), ReceiptOutcome.Proven);
        Assert.True(Seen(0).ProgressAtMs > beganMs + 3_000_000);
    }

    [Fact]
    public void Progress_WithoutNewParts_IsNotAskedFor_AndBuysNothing()
    {
        Claim(0, 0);
        Pass(_ttl / 2);
        Doubt(0);
        var beganMs = Seen(0).ProgressAtMs;
        for (var percent = 1; percent < 30; percent++)
        {
            // As a version says it that knows no parts.
            Claim(0, percent);
            Pass(Minute);
            Assert.Empty(Asks());
        }
        Assert.Equal(beganMs, Seen(0).ProgressAtMs);
    }

    [Fact]
    public void Claim_ThatShowsOtherBytes_CountsForNothing()
    {
        var ask = AskedFor(0);
        End(ask, ReceiptOutcome.Failed);
        Assert.True(Seen(0).IsDisproved);
        Claim(0, 50, 255, 255, 255);
        Pass(_ttl);
        Assert.Empty(Asks());
        Assert.True(Seen(0).IsDisproved);
    }

    [Fact]
    public void Claim_IsFoundFalse_ByTheSecondDenialAndNotTheFirst()
    {
        End(AskedFor(0), ReceiptOutcome.NotHeld);
        Assert.False(Seen(0).IsDisproved);
        Pass(Minute - 1);
        Assert.Empty(Asks());
        Pass(1);
        End(Assert.Single(Asks()), ReceiptOutcome.NotHeld);
        Assert.True(Seen(0).IsDisproved);
    }

    [Fact]
    public void Claim_ThatIsTakenBackWhileItIsAsked_IsNotFoundFalse()
    {
        var ask = AskedFor(0);
        Say(0, new V1.Claim { Cancelled = true });
        End(ask, ReceiptOutcome.Failed);
        Claim(0, 50, 255);
        Assert.False(Seen(0).IsDisproved);
    }

    [Fact]
    public void Ended_WithAnotherNonce_IsNothing()
    {
        var ask = AskedFor(0);
        _state.Ended(new CoreInput.ProgressEnded(ask.Claim, new Nonce(1), ReceiptOutcome.Failed, ""), _pace, _now);
        Assert.False(Seen(0).IsDisproved);
    }

    [Fact]
    public void Tend_AsksAClaimantOneThing_AndFourAtOnceWhenItAnswers()
    {
        int[] slices = [.. Enumerable.Range(0, 8)];
        foreach (var slice in slices) Claim(slice, 0);
        Pass(_ttl / 2);
        foreach (var slice in slices) Claim(slice, 5, 1);
        Doubt(slices);
        var first = Assert.Single(Asks());
        End(first, ReceiptOutcome.Proven);
        var four = Asks();
        Assert.Equal(4, four.Count);
        foreach (var ask in four) End(ask, ReceiptOutcome.Proven);
        var rest = Asks();
        Assert.Equal(3, rest.Count);
        End(rest[0], ReceiptOutcome.Offline);
        Assert.Empty(Asks());
        Assert.Equal(8, four.Concat(rest).Append(first).Select(ask => ask.Nonce).Distinct().Count());
        Assert.Equal(8, four.Concat(rest).Append(first).Select(ask => ask.Claim).Distinct().Count());
    }

    [Fact]
    public void NextDueMs_IsWhenItAsks()
    {
        Claim(0, 0);
        Pass(_ttl / 2);
        Doubt(0);
        Assert.Equal(long.MaxValue, _state.NextDueMs);
        Claim(0, 5, 1);
        Assert.True(_state.NextDueMs <= _now.MonotonicMs);
        var ask = Assert.Single(Asks());
        Assert.Equal(long.MaxValue, _state.NextDueMs);
        End(ask, ReceiptOutcome.Offline);
        Assert.Equal(_now.MonotonicMs + _pace.PlanMs, _state.NextDueMs);
    }

    [Theory]
    [InlineData(ReceiptOutcome.Failed, true)]
    [InlineData(ReceiptOutcome.Offline, false)]
    [InlineData(ReceiptOutcome.Proven, false)]
    public void Claimant_WhoLied_IsNotWaitedFor_WhenOthersMakeWhatItClaimed(ReceiptOutcome outcome, bool breaks)
    {
        for (var slice = 0; slice < 3; slice++) Claim(slice, 0);
        Pass(_ttl / 2);
        for (var slice = 0; slice < 3; slice++) Claim(slice, 5, 1);
        Doubt(0, 1, 2);
        for (var asks = Asks(); asks.Count > 0; asks = Asks())
            foreach (var ask in asks)
                End(ask, outcome);
        Hold(Bob, 3);
        Assert.Equal(breaks, View().Nodes[Alice.Id].BreaksClaims);
    }

    [Fact]
    public void Claimant_WhoShowsNothingAndSaysMuch_BreaksItsClaimsLikeASilentOne()
    {
        for (var slice = 0; slice < 4; slice++) Claim(slice, 0);
        Pass(_ttl / 2);
        Doubt(0, 1, 2);
        for (var percent = 1; percent < 8; percent++)
        {
            for (var slice = 0; slice < 4; slice++) Claim(slice, percent, (byte)percent);
            foreach (var ask in Asks()) End(ask, ReceiptOutcome.Offline);
            Pass(Minute);
        }
        // Of the fourth nobody asked; its word is what it was.
        Hold(Bob, 4);
        Assert.True(View().Nodes[Alice.Id].BreaksClaims);
        Assert.False(Seen(3).IsDoubted);
    }

    private CoreOutput.AskProgress AskedFor(int slice)
    {
        Claim(slice, 0);
        Pass(_ttl / 2);
        Claim(slice, 5, 1);
        Doubt(slice);
        return Assert.Single(Asks());
    }

    private static CopyKey Copy(int slice) => new(Alice.Id, _model, slice);

    private void Doubt(params int[] slices) =>
        _state.Doubt([.. slices.Select(slice => new ClaimDoubt(Copy(slice), _ttl))], _now);

    private List<CoreOutput.AskProgress> Asks()
    {
        _state.Tend(_pace, _now);
        return [.. _outbox.Drain().OfType<CoreOutput.AskProgress>()];
    }

    private void End(CoreOutput.AskProgress ask, ReceiptOutcome outcome) =>
        _state.Ended(new CoreInput.ProgressEnded(ask.Claim, ask.Nonce, outcome, ""), _pace, _now);

    private void Pass(long ms) => _now = _now.Plus(ms);

    private void Claim(int slice, int percent, params byte[] parts) => Say(slice, new V1.Claim
    {
        ProgressPercent = (uint)percent,
        Parts = ByteString.CopyFrom(parts),
    });

    private void Say(int slice, V1.Claim body) => _views.Accepted(
        Of(Alice, RecordKind.Claim, RecordBodies.SliceSubject(_model, slice), body, 400 * Day, ++_seq), _now);

    private void Hold(SimKey key, int slices) => _views.Accepted(
        Of(key, RecordKind.Holding, _model.ToArray(), new V1.Holding
        {
            Verified = ByteString.CopyFrom(SliceSet.All(slices).ToBitmap()),
        }, 400 * Day, ++_seq), _now);

    private SliceClaim Seen(int slice) => View().Models.Single().Claims.Single(c => c.Slice == slice);

    private SwarmView View() => _views.Build(_ => null, [])!;
}
