using System.Buffers.Binary;
using System.Runtime.InteropServices;
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
    /// <summary>As it is sent.</summary>
    public V1.Challenge ToMessage() => new()
    {
        Nonce = ByteString.CopyFrom(Nonce.ToArray()),
        Model = ByteString.CopyFrom(Model.ToArray()),
        Slice = (uint)Slice,
        Leaves = (uint)Leaves,
    };

    /// <summary>The challenge, or null for one that breaks the limits.</summary>
    public static ReceiptChallenge? Read(V1.Challenge message) =>
        Nonce.TryRead(message.Nonce.Span, out var nonce) && Hash256.TryRead(message.Model.Span, out var model) &&
        message.Slice < Catalogue.SliceLayout.MostSlices && message.Leaves is >= 1 and <= LeafDraw.Most
            ? new ReceiptChallenge(nonce, model, (int)message.Slice, (int)message.Leaves)
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
        var answer = new V1.Answer
        {
            Nonce = ByteString.CopyFrom(challenge.Nonce.ToArray()),
            State = state,
            TicketMs = (ulong)ticketMs,
            Author = ByteString.CopyFrom(signer.PublicKey),
        };
        answer.Proofs.AddRange(proofs.Select(ToMessage));
        answer.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(answer, network, challenge)));
        return answer;
    }

    /// <summary>Judges an answer with nothing but the manifest's layout. Never throws, whatever came in.</summary>
    public static ReceiptVerdict Judge(
        V1.Answer answer, NodeId holder, NetworkId network, ISignatureVerifier verifier, ReceiptChallenge challenge,
        SliceLeaves layout)
    {
        if (!answer.Nonce.Span.SequenceEqual(challenge.Nonce.ToArray()))
            return Unknown("it answers another challenge");
        if (NodeId.Of(answer.Author.Span) != holder) return Unknown("it is signed by another node");
        if (!verifier.Verify(answer.Author.Span, SignedBytes(answer, network, challenge), answer.Signature.Span))
            return Unknown("its signature is wrong");
        var ticket = (long)Math.Min(answer.TicketMs, 1UL << 53);
        switch (answer.State)
        {
            case V1.AnswerState.NotHeld:
            case V1.AnswerState.Trash:
                return new ReceiptVerdict(ReceiptOutcome.NotHeld, ticket, "");
            case V1.AnswerState.Held:
                var drawn = LeafDraw.Of(
                    layout, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Leaves);
                var fault = PossessionProof.Fault(layout, drawn, [.. answer.Proofs.Select(FromMessage)]);
                return fault is null
                    ? new ReceiptVerdict(ReceiptOutcome.Proven, ticket, "")
                    : new ReceiptVerdict(ReceiptOutcome.Failed, ticket, fault);
            default:
                return new ReceiptVerdict(ReceiptOutcome.Unknown, ticket, "it is busy");
        }
    }

    private static ReceiptVerdict Unknown(string fault) => new(ReceiptOutcome.Unknown, 0, fault);

    internal static V1.LeafProof ToMessage(LeafProof proof)
    {
        var uncles = new byte[proof.Uncles.Length * Hash256.Size];
        for (var i = 0; i < proof.Uncles.Length; i++) proof.Uncles[i].CopyTo(uncles.AsSpan(i * Hash256.Size));
        return new V1.LeafProof
        {
            Block = ByteString.CopyFrom(proof.Block.Span),
            Uncles = UnsafeByteOperations.UnsafeWrap(uncles),
        };
    }

    internal static LeafProof FromMessage(V1.LeafProof proof)
    {
        // A length that is no multiple of 32 makes a number of uncles that no file has.
        var whole = proof.Uncles.Length % Hash256.Size == 0;
        var uncles = new Hash256[whole ? proof.Uncles.Length / Hash256.Size : 64];
        for (var i = 0; whole && i < uncles.Length; i++)
            uncles[i] = new Hash256(proof.Uncles.Span.Slice(i * Hash256.Size, Hash256.Size));
        return new LeafProof(proof.Block.Memory, ImmutableCollectionsMarshal.AsImmutableArray(uncles));
    }

    private static byte[] SignedBytes(V1.Answer answer, NetworkId network, ReceiptChallenge challenge)
    {
        var size = Domain.Length + 2 * Hash256.Size + Nonce.Size + 2 * sizeof(uint) + sizeof(ulong);
        var bytes = new byte[size + answer.Proofs.Count * Hash256.Size];
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
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], answer.TicketMs);
        rest = rest[16..];
        foreach (var proof in answer.Proofs)
        {
            Hash256.Of(proof.Block.Span).CopyTo(rest);
            rest = rest[Hash256.Size..];
        }
        return bytes;
    }
}
