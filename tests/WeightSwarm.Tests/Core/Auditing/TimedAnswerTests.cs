using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class TimedAnswerTests
{
    private static readonly Hash256 _hash = Hash256.Of("spans"u8);

    private static TimedChallenge Challenge(int nonce = 7, int slice = 1) =>
        new(new Nonce((UInt128)nonce), Hash256.Of("model"u8), slice, 16);

    private static V1.Answer Answer(V1.AnswerState state = V1.AnswerState.Held, Hash256? hash = null) =>
        TimedAnswer.Make(TestRecords.Bob, TestRecords.Network, Challenge(), state, hash);

    private static TimedOutcome Judge(V1.Answer answer, bool isLate = false, TimedChallenge? challenge = null) =>
        TimedAnswer.Judge(answer, TestRecords.Bob.Id, TestRecords.Network, TestRecords.Bob, challenge ?? Challenge(),
            _hash, isLate);

    [Fact]
    public void Judge_TheRightHash_GoesByItsTime()
    {
        Assert.Equal(TimedOutcome.InTime, Judge(Answer(hash: _hash)));
        Assert.Equal(TimedOutcome.Slow, Judge(Answer(hash: _hash), isLate: true));
    }

    [Fact]
    public void Judge_AnotherHashOrNone_IsDifferent()
    {
        Assert.Equal(TimedOutcome.Different, Judge(Answer(hash: Hash256.Of("other"u8)), isLate: true));
        Assert.Equal(TimedOutcome.Different, Judge(Answer()));
    }

    [Theory]
    [InlineData(V1.AnswerState.NotHeld, TimedOutcome.NotHeld)]
    [InlineData(V1.AnswerState.Trash, TimedOutcome.NotHeld)]
    [InlineData(V1.AnswerState.Busy, TimedOutcome.Unknown)]
    [InlineData(V1.AnswerState.Unspecified, TimedOutcome.Unknown)]
    [InlineData((V1.AnswerState)77, TimedOutcome.Unknown)]
    public void Judge_AnythingButHeld_SaysNothingOfTheBytes(V1.AnswerState state, TimedOutcome outcome) =>
        Assert.Equal(outcome, Judge(Answer(state)));

    [Fact]
    public void Judge_AReplayOrAnotherSignature_IsUnknown()
    {
        Assert.Equal(TimedOutcome.Unknown, Judge(Answer(hash: _hash), challenge: Challenge(nonce: 8)));
        Assert.Equal(TimedOutcome.Unknown, Judge(Answer(hash: _hash), challenge: Challenge(slice: 2)));
        var changed = Answer(hash: _hash);
        changed.Hash = Answer(hash: Hash256.Of("other"u8)).Hash;
        Assert.Equal(TimedOutcome.Unknown, Judge(changed));
        var of = TimedAnswer.Make(TestRecords.Alice, TestRecords.Network, Challenge(), V1.AnswerState.Held, _hash);
        Assert.Equal(TimedOutcome.Unknown, Judge(of));
    }

    /// <summary>A plain disk, a slow one, and a line of 100 Mbit/s, for all sixteen spans.</summary>
    [Fact]
    public void InTimeMs_OfAWholeChallenge_IsMoreThanADiskTakesAndLessThanALine()
    {
        const long bytes = (long)SpanDraw.Most * SpanDraw.LeavesPerSpan << 14;
        Assert.Equal(64 << 20, bytes);
        Assert.Equal(2_342, TimedAnswer.InTimeMs(bytes));
        Assert.InRange(TimedAnswer.InTimeMs(bytes), bytes / 50_000, bytes / 12_500);
        // The smallest slice that is asked for.
        const long least = (long)SpanDraw.LeastLeaves << 14;
        Assert.InRange(TimedAnswer.InTimeMs(least), least / 50_000, least / 12_500);
    }

    [Fact]
    public void Read_OfAChallengeBeyondTheLimits_IsNull()
    {
        static V1.Challenge With(Action<V1.Challenge> change)
        {
            var message = Challenge().ToMessage();
            change(message);
            return message;
        }

        Assert.Equal(Challenge(), TimedChallenge.Read(With(_ => { })));
        Assert.Null(TimedChallenge.Read(With(m => m.Spans = 17)));
        Assert.Null(TimedChallenge.Read(With(m => m.Spans = 0)));
        Assert.Null(TimedChallenge.Read(With(m => m.Leaves = 1)));
        Assert.Null(TimedChallenge.Read(With(m => m.Slice = 4096)));
        Assert.Null(TimedChallenge.Read(With(m => m.Nonce = Google.Protobuf.ByteString.Empty)));
    }
}
