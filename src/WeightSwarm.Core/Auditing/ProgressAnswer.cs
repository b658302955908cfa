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
    /// <summary>As it is sent. A node that does not know it sees one for no leaves, and answers nothing.</summary>
    public V1.Challenge ToMessage() => new()
    {
        Nonce = ByteString.CopyFrom(Nonce.ToArray()),
        Model = ByteString.CopyFrom(Model.ToArray()),
        Slice = (uint)Slice,
        Parts = ByteString.CopyFrom(Parts.ToArray()),
    };

    /// <summary>The challenge, or null for one that breaks the limits or is none.</summary>
    public static ProgressChallenge? Read(V1.Challenge message) =>
        Nonce.TryRead(message.Nonce.Span, out var nonce) && Hash256.TryRead(message.Model.Span, out var model) &&
        message.Slice < Catalogue.SliceLayout.MostSlices && message is { Leaves: 0, Spans: 0 } &&
        message.Parts.Length is >= 1 and <= PartMap.MostBytes &&
        PartMap.Read(message.Parts.Span) is { IsEmpty: false } parts
            ? new ProgressChallenge(nonce, model, (int)message.Slice, parts)
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
        var answer = new V1.Answer
        {
            Nonce = ByteString.CopyFrom(challenge.Nonce.ToArray()),
            State = state,
            Author = ByteString.CopyFrom(signer.PublicKey),
        };
        if (proof is not null) answer.Proofs.Add(ReceiptAnswer.ToMessage(proof));
        answer.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(answer, network, challenge)));
        return answer;
    }

    /// <summary>Judges an answer with nothing but the manifest's layout. Never throws, whatever came in.</summary>
    public static ReceiptVerdict Judge(
        V1.Answer answer, NodeId claimant, NetworkId network, ISignatureVerifier verifier,
        ProgressChallenge challenge, SliceLeaves layout)
    {
        if (!answer.Nonce.Span.SequenceEqual(challenge.Nonce.ToArray()))
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "it answers another challenge");
        if (NodeId.Of(answer.Author.Span) != claimant)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "it is signed by another node");
        if (!verifier.Verify(answer.Author.Span, SignedBytes(answer, network, challenge), answer.Signature.Span))
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "its signature is wrong");
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
        var fault = PossessionProof.Fault(layout, [leaf], [.. answer.Proofs.Select(ReceiptAnswer.FromMessage)]);
        return fault is null
            ? new ReceiptVerdict(ReceiptOutcome.Proven, 0, "") : new ReceiptVerdict(ReceiptOutcome.Failed, 0, fault);
    }

    private static byte[] SignedBytes(V1.Answer answer, NetworkId network, ProgressChallenge challenge)
    {
        var parts = challenge.Parts.ToArray();
        var size = Domain.Length + (2 + answer.Proofs.Count) * Hash256.Size + Nonce.Size + 3 * sizeof(uint);
        var bytes = new byte[size + parts.Length];
        var rest = bytes.AsSpan();
        Domain.CopyTo(rest);
        rest = rest[Domain.Length..];
        network.Hash.CopyTo(rest);
        challenge.Nonce.ToArray().CopyTo(rest[Hash256.Size..]);
        rest = rest[(Hash256.Size + Nonce.Size)..];
        challenge.Model.CopyTo(rest);
        rest = rest[Hash256.Size..];
        BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)challenge.Slice);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], (uint)answer.State);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[8..], (uint)parts.Length);
        parts.CopyTo(rest[12..]);
        rest = rest[(12 + parts.Length)..];
        foreach (var proof in answer.Proofs)
        {
            Hash256.Of(proof.Block.Span).CopyTo(rest);
            rest = rest[Hash256.Size..];
        }
        return bytes;
    }
}
