using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>
/// Envelopes to and from bytes. The signature covers a domain string, the network id, the author's key and every field
/// with its length, so that no part can pass for another (libp2p RFC 0002, BEP 44). The author's key is among the
/// signed bytes so that two authors who say the same thing at the same time make two records with two ids.
/// </summary>
public static class EnvelopeCodec
{
    /// <summary>The largest serialized envelope, bytes.</summary>
    public const int MaxBytes = 16 * 1024;
    /// <summary>The longest subject, bytes.</summary>
    public const int MaxSubjectBytes = 64;
    /// <summary>The longest author key, bytes (P-256 has 91).</summary>
    public const int MaxAuthorBytes = 128;

    private static readonly MessageParser<V1.Envelope> UnknownDropped =
        V1.Envelope.Parser.WithDiscardUnknownFields(true);

    private static ReadOnlySpan<byte> Domain => "weightswarm/1\0"u8;

    /// <summary>The record of these bytes, or null for bytes that are no envelope within the limits.</summary>
    public static Record? Read(ReadOnlyMemory<byte> bytes, NetworkId network)
    {
        if (bytes.Length is 0 or > MaxBytes) return null;
        V1.Envelope envelope;
        try
        {
            envelope = UnknownDropped.ParseFrom(bytes.Span);
        }
        catch (Exception e) when (ProtobufFault.IsMalformed(e))
        {
            return null;
        }
        // What the signature does not cover is refused, or whoever passes a record on could pad it to the limit.
        return IsWithinLimits(envelope) && envelope.CalculateSize() == bytes.Length
            ? Make(bytes.ToArray(), envelope, network) : null;
    }

    /// <summary>Makes and signs a record.</summary>
    public static Record Write(
        ISigner signer, NetworkId network, RecordKind kind, ReadOnlySpan<byte> subject, IMessage body,
        ulong seq, long issuedMs, long ttlMs) =>
        Write(signer, network, kind, subject, body.ToByteString(), seq, issuedMs, ttlMs);

    /// <summary>Makes and signs a record around a body in its bytes.</summary>
    public static Record Write(
        ISigner signer, NetworkId network, RecordKind kind, ReadOnlySpan<byte> subject, ByteString body,
        ulong seq, long issuedMs, long ttlMs)
    {
        var envelope = new V1.Envelope
        {
            Author = ByteString.CopyFrom(signer.PublicKey),
            Kind = (uint)kind,
            Subject = ByteString.CopyFrom(subject),
            Seq = seq,
            IssuedMs = (ulong)issuedMs,
            TtlS = (uint)Math.Max(1, ttlMs / 1000),
            Body = body,
        };
        envelope.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(envelope, network)));
        var bytes = envelope.ToByteArray();
        if (bytes.Length > MaxBytes)
            throw new ArgumentException($"a {kind} record of {bytes.Length} bytes is over the limit of {MaxBytes}");
        return Make(bytes, envelope, network);
    }

    /// <summary>Whether the author signed this record for this network.</summary>
    public static bool IsSigned(Record record, NetworkId network, ISignatureVerifier verifier) => verifier.Verify(
        record.PublicKey, SignedBytes(record, network), record.Signature);

    private static Record Make(byte[] bytes, V1.Envelope envelope, NetworkId network) =>
        new(bytes, envelope, Hash256.Of(SignedBytes(envelope, network)));

    private static bool IsWithinLimits(V1.Envelope envelope) =>
        envelope.Author.Length is > 0 and <= MaxAuthorBytes &&
        envelope.Subject.Length <= MaxSubjectBytes &&
        envelope.Kind is > 0 and <= ushort.MaxValue &&
        envelope.Signature.Length is > 0 and <= 128 &&
        envelope.IssuedMs < 1UL << 53 && envelope.TtlS > 0;

    private static byte[] SignedBytes(Record r, NetworkId network) => SignedBytes(
        network, r.PublicKey, (uint)r.Kind, r.Subject, r.Seq, (ulong)r.IssuedMs, r.TtlS, r.Body);

    private static byte[] SignedBytes(V1.Envelope e, NetworkId network) => SignedBytes(
        network, e.Author.Span, e.Kind, e.Subject.Span, e.Seq, e.IssuedMs, e.TtlS, e.Body.Span);

    private static byte[] SignedBytes(
        NetworkId network, ReadOnlySpan<byte> author, uint kind, ReadOnlySpan<byte> subject, ulong seq, ulong issuedMs,
        uint ttlS, ReadOnlySpan<byte> body)
    {
        var lengths = Domain.Length + Hash256.Size + author.Length + subject.Length + body.Length;
        var size = lengths + 2 + 2 + 2 + 8 + 8 + 4 + 4;
        var buffer = new byte[size];
        var rest = buffer.AsSpan();
        Domain.CopyTo(rest);
        rest = rest[Domain.Length..];
        network.Hash.CopyTo(rest);
        rest = rest[Hash256.Size..];
        rest = PutShort(rest, author.Length);
        rest = Put(rest, author);
        rest = PutShort(rest, (int)kind);
        rest = PutShort(rest, subject.Length);
        rest = Put(rest, subject);
        BinaryPrimitives.WriteUInt64LittleEndian(rest, seq);
        BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], issuedMs);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[16..], ttlS);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[20..], (uint)body.Length);
        Put(rest[24..], body);
        return buffer;
    }

    private static Span<byte> PutShort(Span<byte> to, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
        return to[2..];
    }

    private static Span<byte> Put(Span<byte> to, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to);
        return to[bytes.Length..];
    }
}
