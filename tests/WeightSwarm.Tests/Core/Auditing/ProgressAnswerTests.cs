using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class ProgressAnswerTests
{
    private readonly AuditedModel _model = new();

    private ProgressChallenge Challenge(int slice = 1, UInt128 nonce = default, byte parts = 1) =>
        new(new Nonce(nonce + 7), _model.Entry.ModelId, slice, PartMap.Read([parts]));

    private V1.Answer Answer(ProgressChallenge challenge, V1.AnswerState state = V1.AnswerState.Held) =>
        ProgressAnswer.Make(TestRecords.Bob, TestRecords.Network, challenge, state,
            _model.Prove(challenge.LeafOf(_model.ByTorrent)!.Value));

    private ReceiptVerdict Judge(V1.Answer answer, ProgressChallenge challenge) => ProgressAnswer.Judge(
        answer, TestRecords.Bob.Id, TestRecords.Network, TestRecords.Bob, challenge, _model.ByManifest);

    [Fact]
    public void Judge_TheDrawnLeaf_IsProvenForEveryPartOfEverySlice()
    {
        for (var slice = 0; slice < _model.Entry.Slices; slice++)
            for (var part = 0; part < _model.Entry.PiecesOf(slice).Count; part++)
                Assert.Equal(new ReceiptVerdict(ReceiptOutcome.Proven, 0, ""), Judge(
                    Answer(Challenge(slice, parts: (byte)(1 << part))), Challenge(slice, parts: (byte)(1 << part))));
    }

    [Theory]
    [InlineData(V1.AnswerState.Trash, ReceiptOutcome.NotHeld)]
    [InlineData(V1.AnswerState.NotHeld, ReceiptOutcome.NotHeld)]
    [InlineData(V1.AnswerState.Busy, ReceiptOutcome.Unknown)]
    [InlineData(V1.AnswerState.Unspecified, ReceiptOutcome.Unknown)]
    [InlineData((V1.AnswerState)77, ReceiptOutcome.Unknown)]
    public void Judge_AnythingButHeld_IsNoProof(V1.AnswerState state, ReceiptOutcome outcome) =>
        Assert.Equal(outcome, Judge(Answer(Challenge(), state), Challenge()).Outcome);

    [Fact]
    public void Judge_ForAnotherNonceSliceModelOrParts_IsNoProof()
    {
        var answer = Answer(Challenge(parts: 3));
        Assert.Equal(ReceiptOutcome.Proven, Judge(answer, Challenge(parts: 3)).Outcome);
        Assert.NotEqual(ReceiptOutcome.Proven, Judge(answer, Challenge(nonce: 1, parts: 3)).Outcome);
        Assert.NotEqual(ReceiptOutcome.Proven, Judge(answer, Challenge(slice: 2, parts: 3)).Outcome);
        Assert.NotEqual(ReceiptOutcome.Proven, Judge(answer, Challenge(parts: 2)).Outcome);
        Assert.NotEqual(ReceiptOutcome.Proven,
            Judge(answer, Challenge(parts: 3) with { Model = Hash256.Of("x"u8) }).Outcome);
    }

    [Fact]
    public void Judge_AnotherSigner_ProvesNothing_AndBlamesNobody()
    {
        var answer = ProgressAnswer.Make(
            TestRecords.Alice, TestRecords.Network, Challenge(), V1.AnswerState.Held, null);
        Assert.Equal((ReceiptOutcome.Unknown, "it is signed by another node"),
            (Judge(answer, Challenge()).Outcome, Judge(answer, Challenge()).Fault));
    }

    [Fact]
    public void Judge_AnyByteChanged_IsNoProof()
    {
        const ulong seed = 4_712;
        var random = new SplitMix64(seed);
        var honest = Answer(Challenge()).ToByteArray();
        var failed = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = (byte[])honest.Clone();
            bytes[random.Below(bytes.Length)] ^= (byte)(1 + random.Below(255));
            if (TryParse(bytes) is not { } answer) continue;
            var outcome = Judge(answer, Challenge()).Outcome;
            Assert.True(outcome != ReceiptOutcome.Proven, $"mutant {i} of seed {seed}");
            if (outcome == ReceiptOutcome.Failed) failed++;
        }
        // The uncles are not signed: all that a flaw on the way could pass for a lie.
        Assert.InRange(failed, 0, 1_000);
    }

    /// <summary>A claimant signs whatever it likes.</summary>
    [Fact]
    public void Judge_SignedOtherBytes_AnotherLeaf_OrNone_IsFailed()
    {
        var challenge = Challenge(parts: 3);
        var leaf = challenge.LeafOf(_model.ByTorrent)!.Value;
        var honest = _model.Prove(leaf);
        foreach (var proof in (LeafProof?[])[
            honest with { Block = new byte[honest.Block.Length] },
            _model.Prove(_model.LeavesOf(1).First(place => place != leaf)), null])
        {
            var answer = ProgressAnswer.Make(
                TestRecords.Bob, TestRecords.Network, challenge, V1.AnswerState.Held, proof);
            Assert.Equal(ReceiptOutcome.Failed, Judge(answer, challenge).Outcome);
        }
    }

    [Fact]
    public void Judge_OfPartsThatTheSliceDoesNotHave_IsUnknown()
    {
        var challenge = Challenge() with { Parts = PartMap.Read([0, 0, 0, 1]) };
        Assert.Null(challenge.LeafOf(_model.ByManifest));
        var answer = ProgressAnswer.Make(
            TestRecords.Bob, TestRecords.Network, challenge, V1.AnswerState.Held, null);
        Assert.Equal(ReceiptOutcome.Unknown, Judge(answer, challenge).Outcome);
    }

    [Fact]
    public void Read_WithinTheLimits_IsTheChallenge_ElseNone()
    {
        var message = Challenge().ToMessage();
        Assert.Equal(Challenge(), ProgressChallenge.Read(message));
        Assert.Null(ReceiptChallenge.Read(message));
        Assert.Null(TimedChallenge.Read(message));
        foreach (var change in (Action<V1.Challenge>[])[
            m => m.Nonce = ByteString.CopyFrom(new byte[15]), m => m.Model = ByteString.Empty,
            m => m.Slice = 4096, m => m.Leaves = 1, m => m.Spans = 1, m => m.Parts = ByteString.Empty,
            m => m.Parts = ByteString.CopyFrom(new byte[PartMap.MostBytes]),
            m => m.Parts = ByteString.CopyFrom([.. Enumerable.Repeat((byte)1, PartMap.MostBytes + 1)])])
        {
            var wrong = message.Clone();
            change(wrong);
            Assert.Null(ProgressChallenge.Read(wrong));
        }
    }

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
