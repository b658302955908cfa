using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>A challenge to a claimant as it was read from the wire, within its limits.</summary>
/// <param name="Nonce">Decides which leaf.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Parts">Of which parts, not none: what the claim says is there, and was not shown yet.</param>
public sealed record ProgressChallenge(Nonce Nonce, Hash256 Model, int Slice, PartMap Parts)
{
    internal ChallengeHead Head => new(Nonce, Model, Slice);

    /// <summary>As it is sent. A node that does not know it sees one for no leaves, and answers nothing.</summary>
    public V1.Challenge ToMessage()
    {
        var message = Head.ToMessage();
        message.Parts = ByteString.CopyFrom(Parts.ToArray());
        return message;
    }

    /// <summary>The challenge, or null for one that breaks the limits or is none.</summary>
    public static ProgressChallenge? Read(V1.Challenge message) =>
        ChallengeHead.Read(message) is { } head && message is { Leaves: 0, Spans: 0 } &&
        message.Parts.Length is >= 1 and <= PartMap.MostBytes &&
        PartMap.Read(message.Parts.Span) is { IsEmpty: false } parts
            ? new ProgressChallenge(head.Nonce, head.Model, head.Slice, parts)
            : null;

    /// <summary>The leaf that is asked for; null when the parts have none.</summary>
    public LeafPlace? LeafOf(SliceLeaves layout) => LeafDraw.Within(layout, Nonce, Model, Slice, Parts);
}

/// <summary>Makes and judges the signed answers to challenges of progress.</summary>
public static class ProgressAnswer
{
    private static ReadOnlySpan<byte> Domain => "weightswarm/progress/1\0"u8;

    /// <summary>A signed answer.</summary>
    /// <param name="signer">The claimant.</param>
    /// <param name="network">Of both.</param>
    /// <param name="challenge">What is answered.</param>
    /// <param name="state">Held only with a proof.</param>
    /// <param name="proof">Of the drawn leaf; null for none.</param>
    public static V1.Answer Make(
        ISigner signer, NetworkId network, ProgressChallenge challenge, V1.AnswerState state, LeafProof? proof)
    {
        var answer = SignedAnswer.Begin(signer, challenge.Head, state);
        if (proof is not null) answer.Proofs.Add(SignedAnswer.ToMessage(proof));
        answer.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(answer, network, challenge)));
        return answer;
    }

    /// <summary>Judges an answer with nothing but the manifest's layout. Never throws, whatever came in.</summary>
    public static ReceiptVerdict Judge(
        V1.Answer answer, NodeId claimant, NetworkId network, ISignatureVerifier verifier,
        ProgressChallenge challenge, SliceLeaves layout)
    {
        var signed = SignedBytes(answer, network, challenge);
        if (SignedAnswer.Fault(answer, claimant, challenge.Head, verifier, signed) is { } foreign)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, foreign);
        return answer.State switch
        {
            V1.AnswerState.NotHeld or V1.AnswerState.Trash => new ReceiptVerdict(ReceiptOutcome.NotHeld, 0, ""),
            V1.AnswerState.Held => Judge(answer, challenge, layout),
            _ => new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "it is busy"),
        };
    }

    private static ReceiptVerdict Judge(V1.Answer answer, ProgressChallenge challenge, SliceLeaves layout)
    {
        // Parts that the slice does not have prove nothing, and whoever asked for them blames nobody.
        if (challenge.LeafOf(layout) is not { } leaf)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "the slice has no such parts");
        var fault = PossessionProof.Fault(layout, [leaf], [.. answer.Proofs.Select(SignedAnswer.FromMessage)]);
        return fault is null
            ? new ReceiptVerdict(ReceiptOutcome.Proven, 0, "") : new ReceiptVerdict(ReceiptOutcome.Failed, 0, fault);
    }

    private static byte[] SignedBytes(V1.Answer answer, NetworkId network, ProgressChallenge challenge)
    {
        var parts = challenge.Parts.ToArray();
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)parts.Length);
        return SignedAnswer.Bytes(Domain, network, challenge.Head, answer.State,
            [.. length, .. parts, .. SignedAnswer.HashesOf(answer.Proofs)]);
    }
}
