using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class ReceiptAnswerTests
{
    private readonly AuditedModel _model = new();

    private ReceiptChallenge Challenge(int slice = 1, UInt128 nonce = default) =>
        new(new Nonce(nonce + 7), _model.Entry.ModelId, slice, 3);

    private V1.Answer Answer(
        ReceiptChallenge challenge, V1.AnswerState state = V1.AnswerState.Held, long ticketMs = 0) =>
        ReceiptAnswer.Make(TestRecords.Bob, TestRecords.Network, challenge, state,
            [.. LeafDraw.Of(_model.ByTorrent, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Leaves)
                .Select(_model.Prove)], ticketMs);

    private ReceiptVerdict Judge(V1.Answer answer, ReceiptChallenge challenge) => ReceiptAnswer.Judge(
        answer, TestRecords.Bob.Id, TestRecords.Network, TestRecords.Bob, challenge, _model.ByManifest);

    [Fact]
    public void Judge_HonestAnswer_IsProvenForEverySlice()
    {
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
        {
            var verdict = Judge(Answer(Challenge(slice), ticketMs: 99), Challenge(slice));
            Assert.Equal(new ReceiptVerdict(ReceiptOutcome.Proven, 99, ""), verdict);
        }
    }

    [Theory]
    [InlineData(V1.AnswerState.Trash, ReceiptOutcome.NotHeld)]
    [InlineData(V1.AnswerState.NotHeld, ReceiptOutcome.NotHeld)]
    [InlineData(V1.AnswerState.Busy, ReceiptOutcome.Unknown)]
    [InlineData(V1.AnswerState.Unspecified, ReceiptOutcome.Unknown)]
    [InlineData((V1.AnswerState)77, ReceiptOutcome.Unknown)]
    public void Judge_AnythingButHeld_IsNoReceipt(V1.AnswerState state, ReceiptOutcome outcome) =>
        Assert.Equal(outcome, Judge(Answer(Challenge(), state), Challenge()).Outcome);

    [Fact]
    public void Judge_ReplayForAnotherChallengeSliceOrModel_IsNoReceipt()
    {
        var answer = Answer(Challenge());
        Assert.NotEqual(ReceiptOutcome.Proven, Judge(answer, Challenge(nonce: 1)).Outcome);
        Assert.NotEqual(ReceiptOutcome.Proven, Judge(answer, Challenge(slice: 2)).Outcome);
        Assert.NotEqual(
            ReceiptOutcome.Proven, Judge(answer, Challenge() with { Model = Hash256.Of("x"u8) }).Outcome);
    }

    [Fact]
    public void Judge_AnotherSigner_IsNoReceipt()
    {
        var answer = ReceiptAnswer.Make(
            TestRecords.Alice, TestRecords.Network, Challenge(), V1.AnswerState.Held, [], 0);
        Assert.Equal("it is signed by another node", Judge(answer, Challenge()).Fault);
    }

    [Fact]
    public void Judge_AnyByteChanged_IsNoReceipt()
    {
        const ulong seed = 4_711;
        var random = new SplitMix64(seed);
        var challenge = Challenge();
        var honest = Answer(challenge).ToByteArray();
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = (byte[])honest.Clone();
            bytes[random.Below(bytes.Length)] ^= (byte)(1 + random.Below(255));
            if (TryParse(bytes) is not { } answer) continue;
            Assert.True(Judge(answer, challenge).Outcome != ReceiptOutcome.Proven, $"mutant {i} of seed {seed}");
        }
    }

    /// <summary>A holder that lost its data has its key still: it may sign whatever it likes.</summary>
    [Fact]
    public void Judge_WrongBytesWithAGoodSignature_IsFailedAndNamesTheLeaf()
    {
        var challenge = Challenge();
        for (var at = 0; at < 3; at++)
        {
            var proofs = LeafDraw.Of(_model.ByTorrent, challenge.Nonce, challenge.Model, challenge.Slice, 3)
                .Select(_model.Prove).ToArray();
            proofs[at] = proofs[at] with { Block = new byte[proofs[at].Block.Length] };
            var answer = ReceiptAnswer.Make(
                TestRecords.Bob, TestRecords.Network, challenge, V1.AnswerState.Held, proofs, 0);
            var verdict = Judge(answer, challenge);
            Assert.Equal(ReceiptOutcome.Failed, verdict.Outcome);
            Assert.Contains("does not lead to the file's pieces root", verdict.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Judge_UnclesOfAWrongLength_IsFailed()
    {
        var answer = Answer(Challenge());
        answer.Proofs[0].Uncles = ByteString.CopyFrom(new byte[33]);
        Assert.Equal(ReceiptOutcome.Failed, Judge(answer, Challenge()).Outcome);
        answer.Proofs[0].Uncles = ByteString.CopyFrom(new byte[100_000 * 32]);
        Assert.Equal(ReceiptOutcome.Failed, Judge(answer, Challenge()).Outcome);
    }

    [Fact]
    public void Read_ChallengeWithinItsLimits_ComesBackAsSent() =>
        Assert.Equal(Challenge(), ReceiptChallenge.Read(Challenge().ToMessage()));

    [Theory]
    [InlineData(15, 32, 0, 3)]
    [InlineData(16, 31, 0, 3)]
    [InlineData(16, 32, 4096, 3)]
    [InlineData(16, 32, 0, 0)]
    [InlineData(16, 32, 0, 9)]
    public void Read_ChallengeBeyondItsLimits_IsRefused(int nonce, int model, uint slice, uint leaves) =>
        Assert.Null(ReceiptChallenge.Read(new V1.Challenge
        {
            Nonce = ByteString.CopyFrom(new byte[nonce]),
            Model = ByteString.CopyFrom(new byte[model]),
            Slice = slice,
            Leaves = leaves,
        }));

    private static V1.Answer? TryParse(byte[] bytes)
    {
        try
        {
            return V1.Answer.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
