using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Auditing;

/// <summary>What every challenge names, of whatever kind it is.</summary>
/// <param name="Nonce">Of this challenge alone.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
internal readonly record struct ChallengeHead(Nonce Nonce, Hash256 Model, int Slice)
{
    /// <summary>A challenge that asks for nothing yet.</summary>
    public V1.Challenge ToMessage() => new()
    {
        Nonce = ByteString.CopyFrom(Nonce.ToArray()),
        Model = ByteString.CopyFrom(Model.ToArray()),
        Slice = (uint)Slice,
    };

    /// <summary>The head, or null for one that breaks the limits.</summary>
    public static ChallengeHead? Read(V1.Challenge message) =>
        Nonce.TryRead(message.Nonce.Span, out var nonce) && Hash256.TryRead(message.Model.Span, out var model) &&
        message.Slice < SliceLayout.MostSlices
            ? new ChallengeHead(nonce, model, (int)message.Slice)
            : null;
}

/// <summary>
/// How answers of every kind are signed and attributed. The signature covers the kind's domain, the network, the
/// challenge's head, the answer's state, and what the kind adds.
/// </summary>
internal static class SignedAnswer
{
    /// <summary>An answer with everything but what the kind adds, and its signature.</summary>
    public static V1.Answer Begin(ISigner signer, ChallengeHead head, V1.AnswerState state) => new()
    {
        Nonce = ByteString.CopyFrom(head.Nonce.ToArray()),
        State = state,
        Author = ByteString.CopyFrom(signer.PublicKey),
    };

    /// <summary>Why an answer is not this holder's word on this challenge; null when it is.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="holder">Who was asked.</param>
    /// <param name="head">What was asked.</param>
    /// <param name="verifier">Of signatures.</param>
    /// <param name="signed">What its signature must cover.</param>
    public static string? Fault(
        V1.Answer answer, NodeId holder, ChallengeHead head, ISignatureVerifier verifier, byte[] signed) =>
        !answer.Nonce.Span.SequenceEqual(head.Nonce.ToArray()) ? "it answers another challenge"
        : NodeId.Of(answer.Author.Span) != holder ? "it is signed by another node"
        : !verifier.Verify(answer.Author.Span, signed, answer.Signature.Span) ? "its signature is wrong"
        : null;

    /// <summary>What is signed. Numbers are little-endian.</summary>
    public static byte[] Bytes(
        ReadOnlySpan<byte> domain, NetworkId network, ChallengeHead head, V1.AnswerState state,
        ReadOnlySpan<byte> added)
    {
        var size = domain.Length + 2 * Hash256.Size + Nonce.Size + 2 * sizeof(uint) + added.Length;
        var bytes = new byte[size];
        var rest = bytes.AsSpan();
        domain.CopyTo(rest);
        rest = rest[domain.Length..];
        network.Hash.CopyTo(rest);
        head.Nonce.ToArray().CopyTo(rest[Hash256.Size..]);
        rest = rest[(Hash256.Size + Nonce.Size)..];
        head.Model.CopyTo(rest);
        rest = rest[Hash256.Size..];
        BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)head.Slice);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], (uint)state);
        added.CopyTo(rest[8..]);
        return bytes;
    }

    /// <summary>The hashes of the shown blocks, as they are signed.</summary>
    public static byte[] HashesOf(IReadOnlyList<V1.LeafProof> proofs)
    {
        var hashes = new byte[proofs.Count * Hash256.Size];
        for (var i = 0; i < proofs.Count; i++)
            Hash256.Of(proofs[i].Block.Span).CopyTo(hashes.AsSpan(i * Hash256.Size));
        return hashes;
    }

    /// <summary>A proof as it is sent.</summary>
    public static V1.LeafProof ToMessage(LeafProof proof)
    {
        var uncles = new byte[proof.Uncles.Length * Hash256.Size];
        for (var i = 0; i < proof.Uncles.Length; i++) proof.Uncles[i].CopyTo(uncles.AsSpan(i * Hash256.Size));
        return new V1.LeafProof
        {
            Block = ByteString.CopyFrom(proof.Block.Span),
            Uncles = UnsafeByteOperations.UnsafeWrap(uncles),
        };
    }

    /// <summary>A proof as it came.</summary>
    public static LeafProof FromMessage(V1.LeafProof proof)
    {
        // A length that is no multiple of 32 makes a number of uncles that no file has.
        var whole = proof.Uncles.Length % Hash256.Size == 0;
        var uncles = new Hash256[whole ? proof.Uncles.Length / Hash256.Size : 64];
        for (var i = 0; whole && i < uncles.Length; i++)
            uncles[i] = new Hash256(proof.Uncles.Span.Slice(i * Hash256.Size, Hash256.Size));
        return new LeafProof(proof.Block.Memory, ImmutableCollectionsMarshal.AsImmutableArray(uncles));
    }
}
