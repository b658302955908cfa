using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.IntegrationTests.Daemon.Hostile;

/// <summary>What a hostile peer sends.</summary>
internal enum Garbage
{
    /// <summary>Bytes where a TLS handshake belongs.</summary>
    NoHandshake,
    /// <summary>A handshake, then bytes where HTTP/2 belongs.</summary>
    NoHttp,
    /// <summary>Bytes where a gRPC message belongs.</summary>
    NoMessages,
    /// <summary>Well-cut messages of bytes that are no frame.</summary>
    NoFrames,
    /// <summary>A message that says it has a gibibyte.</summary>
    HugeLength,
    /// <summary>A message that says it is compressed.</summary>
    Compressed,
    /// <summary>A hello, then records that nobody signed.</summary>
    ForgedRecords,
    /// <summary>A hello, then records from the future.</summary>
    FutureRecords,
    /// <summary>A hello, then one honest frame over and over.</summary>
    Pings,
    /// <summary>A hello, then content that nobody asked for.</summary>
    UnaskedContent,
    /// <summary>A hello, then ids of records that do not exist.</summary>
    FalsePromises,
}

/// <summary>Makes what a hostile peer sends; the same for the same seed.</summary>
internal sealed class GarbageMaker(Garbage kind, NetworkId network, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Whether the bytes follow a handshake.</summary>
    public bool IsTls => kind >= Garbage.NoHttp;

    /// <summary>Whether the bytes go into a gRPC stream.</summary>
    public bool IsGrpc => kind >= Garbage.NoMessages;

    /// <summary>What opens a stream.</summary>
    public byte[] Opening() => kind >= Garbage.ForgedRecords ? Message(new Frame
    {
        Hello = new Hello { NetworkId = ByteString.CopyFrom(network.Hash.ToArray()), Protocol = 1 },
    }.ToByteArray()) : [];

    /// <summary>More bytes for a stream that is open.</summary>
    public byte[] Next() => kind switch
    {
        Garbage.NoFrames => Message(Noise(16 * 1024)),
        Garbage.HugeLength => [0, 0x40, 0, 0, 0, .. Noise(16 * 1024)],
        Garbage.Compressed => [1, 0, 0, 0x40, 0, .. Noise(16 * 1024)],
        Garbage.ForgedRecords => Message(new Frame { Push = Forged(0) }.ToByteArray()),
        Garbage.FutureRecords => Message(new Frame { Push = Forged(1L << 40) }.ToByteArray()),
        Garbage.Pings => Message(new Frame { Ping = new Ping { Nonce = (ulong)_random.NextInt64() } }.ToByteArray()),
        Garbage.UnaskedContent => Message(new Frame
        {
            ContentPart = new ContentPart { Data = ByteString.CopyFrom(Noise(60 * 1024)) },
        }.ToByteArray()),
        Garbage.FalsePromises => Message(new Frame { IHave = Promises() }.ToByteArray()),
        _ => Noise(16 * 1024),
    };

    private Push Forged(long aheadMs)
    {
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var push = new Push();
        for (var i = 0; i < 40; i++)
            push.Envelopes.Add(new Envelope
            {
                Author = ByteString.CopyFrom(Noise(91)),
                Kind = 3,
                Seq = now + (ulong)aheadMs,
                IssuedMs = now + (ulong)aheadMs,
                TtlS = 30,
                Signature = ByteString.CopyFrom(Noise(70)),
            }.ToByteString());
        return push;
    }

    private IHave Promises()
    {
        var have = new IHave();
        for (var i = 0; i < 500; i++) have.Ids.Add((ulong)_random.NextInt64());
        return have;
    }

    private byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        _random.NextBytes(noise);
        return noise;
    }

    private static byte[] Message(byte[] payload)
    {
        var message = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), payload.Length);
        payload.CopyTo(message, 5);
        return message;
    }
}
