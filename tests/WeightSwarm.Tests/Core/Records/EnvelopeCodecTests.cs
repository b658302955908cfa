using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Tests.Core.Records;

public sealed class EnvelopeCodecTests
{
    private static V1.Envelope Sample() => new()
    {
        Author = ByteString.CopyFrom([.. Enumerable.Range(0, 32).Select(i => (byte)i)]),
        Kind = 4,
        Subject = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xAA, 32)]),
        Seq = 5,
        IssuedMs = 1_800_000_000_000,
        TtlS = 3600,
        Body = ByteString.CopyFrom(0x0A, 1, 5),
        Signature = ByteString.CopyFrom(1, 2, 3),
    };

    private static NetworkId Network { get; } = new(Hash256.Of("network"u8));

    [Fact]
    public void Id_OfAKnownEnvelope_IsTheHashOfTheSpecifiedBytes()
    {
        // SHA-256 of the 144 bytes of the layout in records.proto, made by a few lines of Python.
        var record = EnvelopeCodec.Read(Sample().ToByteArray(), Network)!;
        Assert.Equal("9305905451c74960307dd138fe0279787b453671eb3871b1a9d1228d28a0f9cb", record.Id.ToString());
    }

    [Fact]
    public void Read_AnEnvelope_KeepsItsBytesAndFields()
    {
        var bytes = Sample().ToByteArray();
        var record = EnvelopeCodec.Read(bytes, Network)!;
        Assert.Equal(bytes, record.Bytes.ToArray());
        Assert.Equal((RecordKind.Holding, 5UL), (record.Kind, record.Seq));
        Assert.Equal((1_800_000_000_000, 3_600_000), (record.IssuedMs, record.TtlMs));
        Assert.Equal(20_833U, record.IssuedDay);
        Assert.Equal(NodeId.Of(Sample().Author.Span), record.Author);
        Assert.Equal(RecordKey.Of(record.Author, RecordKind.Holding, Sample().Subject.Span), record.Key);
    }

    /// <summary>The parts lie where they lie: protobuf does not say in which order fields come.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(32, 3)]
    [InlineData(64, 128)]
    [InlineData(1, 15_000)]
    public void Read_OfFieldsInAnyOrder_FindsTheParts(int subjectBytes, int bodyBytes)
    {
        var whole = Sample();
        whole.Subject = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xBB, subjectBytes)]);
        whole.Body = ByteString.CopyFrom([.. Enumerable.Range(0, bodyBytes).Select(i => (byte)(i * 7))]);
        V1.Envelope[] fields =
        [
            new() { Signature = whole.Signature }, new() { Body = whole.Body }, new() { Kind = whole.Kind },
            new() { IssuedMs = whole.IssuedMs }, new() { Subject = whole.Subject }, new() { TtlS = whole.TtlS },
            new() { Seq = whole.Seq }, new() { Author = whole.Author },
        ];
        byte[] bytes = [.. fields.SelectMany(field => field.ToByteArray())];
        foreach (var way in new[] { whole.ToByteArray(), bytes })
        {
            var record = EnvelopeCodec.Read(way, Network)!;
            Assert.Equal(whole.Author.ToByteArray(), record.PublicKey.ToArray());
            Assert.Equal(whole.Subject.ToByteArray(), record.Subject.ToArray());
            Assert.Equal(whole.Body.ToByteArray(), record.Body.ToArray());
            Assert.Equal(whole.Signature.ToByteArray(), record.Signature.ToArray());
        }
    }

    public static TheoryData<string, bool> Limits => new()
    {
        { "author 0", false }, { "author 128", true }, { "author 129", false },
        { "subject 64", true }, { "subject 65", false },
        { "kind 0", false }, { "kind 65535", true }, { "kind 65536", false },
        { "signature 0", false }, { "signature 128", true }, { "signature 129", false },
        { "ttl 0", false }, { "issued 2^53-1", true }, { "issued 2^53", false },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void Read_AtALimit_TakesWhatIsWithin(string what, bool taken)
    {
        var (field, value) = what.Split(' ') is var parts ? (parts[0], parts[1]) : default;
        var envelope = Sample();
        var size = int.TryParse(value, out var n) ? n : 0;
        switch (field)
        {
            case "author": envelope.Author = ByteString.CopyFrom(new byte[size]); break;
            case "subject": envelope.Subject = ByteString.CopyFrom(new byte[size]); break;
            case "signature": envelope.Signature = ByteString.CopyFrom(new byte[size]); break;
            case "kind": envelope.Kind = (uint)size; break;
            case "ttl": envelope.TtlS = 0; break;
            default: envelope.IssuedMs = value == "2^53" ? 1UL << 53 : (1UL << 53) - 1; break;
        }
        Assert.Equal(taken, EnvelopeCodec.Read(envelope.ToByteArray(), Network) is not null);
    }

    [Fact]
    public void Read_OfSixteenKibibytes_IsTheMost()
    {
        var envelope = Sample();
        envelope.Body = ByteString.CopyFrom(new byte[16_000]);
        envelope.Body = ByteString.CopyFrom(new byte[16_000 + EnvelopeCodec.MaxBytes - envelope.CalculateSize()]);
        Assert.Equal(EnvelopeCodec.MaxBytes, envelope.CalculateSize());
        Assert.NotNull(EnvelopeCodec.Read(envelope.ToByteArray(), Network));
        envelope.Body = ByteString.CopyFrom(new byte[envelope.Body.Length + 1]);
        Assert.Null(EnvelopeCodec.Read(envelope.ToByteArray(), Network));
        Assert.Null(EnvelopeCodec.Read(ReadOnlyMemory<byte>.Empty, Network));
    }

    [Fact]
    public void Read_WithPaddingThatNobodySigned_Refuses()
    {
        // Field 100, length-delimited, four bytes: the parser would skip it, and everybody would carry it.
        byte[] padded = [.. Sample().ToByteArray(), 0xA2, 0x06, 4, 1, 2, 3, 4];
        Assert.Null(EnvelopeCodec.Read(padded, Network));
    }

    [Fact]
    public void Signature_WithAnyFieldChanged_DoesNotHold()
    {
        using var key = new EcdsaKey();
        var record = EnvelopeCodec.Write(
            key, Network, RecordKind.Node, [1, 2], new V1.Node { FreeBytes = 7 }, 9, 1_800_000_000_000, 3_600_000);
        var verifier = new EcdsaVerifier();
        Assert.True(EnvelopeCodec.IsSigned(record, Network, verifier));
        Assert.False(EnvelopeCodec.IsSigned(record, new NetworkId(Hash256.Of("other"u8)), verifier));
        foreach (var (name, change) in Changes())
        {
            var envelope = V1.Envelope.Parser.ParseFrom(record.Bytes.Span);
            change(envelope);
            var changed = EnvelopeCodec.Read(envelope.ToByteArray(), Network)!;
            Assert.False(EnvelopeCodec.IsSigned(changed, Network, verifier), name);
            if (name != "signature") Assert.NotEqual(record.Id, changed.Id);
        }
    }

    [Fact]
    public void Signature_WithBytesMovedBetweenFields_DoesNotHold()
    {
        using var key = new EcdsaKey();
        var record = EnvelopeCodec.Write(
            key, Network, RecordKind.Node, [1, 2], new V1.Node { FreeBytes = 7 }, 9, 1_800_000_000_000, 3_600_000);
        var envelope = V1.Envelope.Parser.ParseFrom(record.Bytes.Span);
        envelope.Subject = ByteString.CopyFrom(1);
        envelope.Body = ByteString.CopyFrom([2, .. envelope.Body.Span]);
        var moved = EnvelopeCodec.Read(envelope.ToByteArray(), Network)!;
        Assert.False(EnvelopeCodec.IsSigned(moved, Network, new EcdsaVerifier()));
    }

    [Fact]
    public void Write_OverTheLimit_NamesTheSize()
    {
        var body = new V1.Node { Version = new string('x', EnvelopeCodec.MaxBytes) };
        var thrown = Assert.Throws<ArgumentException>(() => EnvelopeCodec.Write(
            TestRecords.Alice, Network, RecordKind.Node, [], body, 1, 1, 1000));
        Assert.Contains("16384", thrown.Message, StringComparison.Ordinal);
    }

    private static List<(string Name, Action<V1.Envelope> Change)> Changes() =>
    [
        ("author", e => e.Author = Flip(e.Author)),
        ("kind", e => e.Kind++),
        ("subject", e => e.Subject = Flip(e.Subject)),
        ("seq", e => e.Seq++),
        ("issued", e => e.IssuedMs++),
        ("ttl", e => e.TtlS++),
        ("body", e => e.Body = Flip(e.Body)),
        ("signature", e => e.Signature = Flip(e.Signature)),
    ];

    private static ByteString Flip(ByteString bytes)
    {
        var copy = bytes.ToByteArray();
        copy[^1] ^= 1;
        return ByteString.CopyFrom(copy);
    }
}
