using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>A challenge as it was read from the wire, within its limits.</summary>
/// <param name="Nonce">Decides which leaves.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Leaves">How many leaves, 1 to <see cref="LeafDraw.Most"/>.</param>
public sealed record ReceiptChallenge(Nonce Nonce, Hash256 Model, int Slice, int Leaves)
{
    internal ChallengeHead Head => new(Nonce, Model, Slice);

    /// <summary>As it is sent.</summary>
    public V1.Challenge ToMessage()
    {
        var message = Head.ToMessage();
        message.Leaves = (uint)Leaves;
        return message;
    }

    /// <summary>The challenge, or null for one that breaks the limits.</summary>
    public static ReceiptChallenge? Read(V1.Challenge message) =>
        ChallengeHead.Read(message) is { } head && message.Leaves is >= 1 and <= LeafDraw.Most
            ? new ReceiptChallenge(head.Nonce, head.Model, head.Slice, (int)message.Leaves)
            : null;
}

/// <summary>What an answer is worth: the verdict, and the holder's own ticket.</summary>
/// <param name="Outcome">The verdict.</param>
/// <param name="TicketMs">The holder's pending intent on the slice, 0 for none.</param>
/// <param name="Fault">What is wrong with it, in words; empty for nothing.</param>
public sealed record ReceiptVerdict(ReceiptOutcome Outcome, long TicketMs, string Fault);

/// <summary>Makes and judges the signed answers to challenges.</summary>
public static class ReceiptAnswer
{
    private static ReadOnlySpan<byte> Domain => "weightswarm/answer/1\0"u8;

    /// <summary>A signed answer.</summary>
    public static V1.Answer Make(
        ISigner signer, NetworkId network, ReceiptChallenge challenge, V1.AnswerState state,
        IReadOnlyList<LeafProof> proofs, long ticketMs)
    {
        var answer = SignedAnswer.Begin(signer, challenge.Head, state);
        answer.TicketMs = (ulong)ticketMs;
        answer.Proofs.AddRange(proofs.Select(SignedAnswer.ToMessage));
        answer.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(answer, network, challenge)));
        return answer;
    }

    /// <summary>Judges an answer with nothing but the manifest's layout. Never throws, whatever came in.</summary>
    public static ReceiptVerdict Judge(
        V1.Answer answer, NodeId holder, NetworkId network, ISignatureVerifier verifier, ReceiptChallenge challenge,
        SliceLeaves layout)
    {
        var signed = SignedBytes(answer, network, challenge);
        if (SignedAnswer.Fault(answer, holder, challenge.Head, verifier, signed) is { } foreign)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, foreign);
        var ticket = (long)Math.Min(answer.TicketMs, 1UL << 53);
        switch (answer.State)
        {
            case V1.AnswerState.NotHeld:
            case V1.AnswerState.Trash:
                return new ReceiptVerdict(ReceiptOutcome.NotHeld, ticket, "");
            case V1.AnswerState.Held:
                var drawn = LeafDraw.Of(
                    layout, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Leaves);
                var fault = PossessionProof.Fault(layout, drawn, [.. answer.Proofs.Select(SignedAnswer.FromMessage)]);
                return fault is null
                    ? new ReceiptVerdict(ReceiptOutcome.Proven, ticket, "")
                    : new ReceiptVerdict(ReceiptOutcome.Failed, ticket, fault);
            default:
                return new ReceiptVerdict(ReceiptOutcome.Unknown, ticket, "it is busy");
        }
    }

    private static byte[] SignedBytes(V1.Answer answer, NetworkId network, ReceiptChallenge challenge)
    {
        var ticket = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(ticket, answer.TicketMs);
        return SignedAnswer.Bytes(
            Domain, network, challenge.Head, answer.State, [.. ticket, .. SignedAnswer.HashesOf(answer.Proofs)]);
    }
}
