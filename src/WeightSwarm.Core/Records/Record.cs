using Google.Protobuf;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>
/// One signed fact, as received. Immutable; <see cref="Bytes"/> are kept and passed on unchanged, never encoded again.
/// </summary>
public sealed class Record
{
    private readonly byte[] _bytes;
    private readonly EnvelopeParts _parts;

    internal Record(byte[] bytes, V1.Envelope envelope, Hash256 id)
    {
        (_bytes, _parts) = (bytes, EnvelopeParts.Of(bytes, envelope));
        (Id, Seq, IssuedMs, TtlS) = (id, envelope.Seq, (long)envelope.IssuedMs, envelope.TtlS);
        Key = RecordKey.Of(NodeId.Of(PublicKey), (RecordKind)envelope.Kind, Subject);
    }

    /// <summary>The serialized envelope.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;
    /// <summary>SHA-256 of the signed bytes.</summary>
    public Hash256 Id { get; }
    /// <summary>SHA-256 of the author's key.</summary>
    public NodeId Author => Key.Author;
    /// <summary>The register that this record is a value of.</summary>
    public RecordKey Key { get; }
    /// <summary>What it says; perhaps a value that this version does not know.</summary>
    public RecordKind Kind => Key.Kind;
    /// <summary>Larger wins within one register.</summary>
    public ulong Seq { get; }
    /// <summary>The author's wall clock when it signed, Unix milliseconds.</summary>
    public long IssuedMs { get; }
    /// <summary>How long it lives from then on, milliseconds.</summary>
    public long TtlMs => TtlS * 1000L;
    /// <summary>Days since 1970-01-01 of <see cref="IssuedMs"/>: the coarse key of reconciliation.</summary>
    public uint IssuedDay => (uint)(IssuedMs / 86_400_000);
    /// <summary>What it is about; meaning by kind.</summary>
    public ReadOnlySpan<byte> Subject => _parts.Subject.In(_bytes);
    /// <summary>The message that the kind names.</summary>
    public ReadOnlySpan<byte> Body => _parts.Body.In(_bytes);
    /// <summary>The author's SubjectPublicKeyInfo (DER).</summary>
    public ReadOnlySpan<byte> PublicKey => _parts.Author.In(_bytes);
    internal ReadOnlySpan<byte> Signature => _parts.Signature.In(_bytes);
    internal uint TtlS { get; }

    private IMessage? _parsed;
    private object? _derived;

    /// <summary>What a function makes of this record alone, made once: there is one such function for a kind.</summary>
    internal T Derived<T>(Func<Record, T> make) where T : class => _derived as T ?? (T)(_derived = make(this));

    /// <summary>The body as the message that its kind names, read once; nobody may change it.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is none.</exception>
    internal T Parsed<T>(MessageParser<T> parser) where T : class, IMessage<T> =>
        _parsed as T ?? (T)(_parsed = parser.ParseFrom(Body));
}

/// <summary>Names one register: an author's statement of one kind about one subject.</summary>
/// <param name="Author">Who.</param>
/// <param name="Kind">What sort of statement.</param>
/// <param name="Subject">SHA-256 of the subject's bytes.</param>
public readonly record struct RecordKey(NodeId Author, RecordKind Kind, Hash256 Subject) : IComparable<RecordKey>
{
    /// <summary>The register of these parts.</summary>
    public static RecordKey Of(NodeId author, RecordKind kind, ReadOnlySpan<byte> subject) =>
        new(author, kind, Hash256.Of(subject));

    /// <inheritdoc/>
    public int CompareTo(RecordKey other)
    {
        var order = Author.CompareTo(other.Author);
        if (order == 0) order = ((int)Kind).CompareTo((int)other.Kind);
        return order != 0 ? order : Subject.CompareTo(other.Subject);
    }
}
