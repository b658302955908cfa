using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Simulation.World;
using WeightSwarm.V1;
using RecordKind = WeightSwarm.Core.Records.RecordKind;

namespace WeightSwarm.Simulation.Hostile;

/// <summary>
/// Frames that are well-formed and worth nothing, of the kinds that a core judges by itself; the same for the same
/// seed.
/// </summary>
internal sealed class GarbageFrames(SimWorld world, ulong seed)
{
    private const int RecordsPerPush = 40, IdsPerPromise = 500;

    private readonly SplitMix64 _random = new(seed);

    /// <summary>The makers of each kind.</summary>
    public IReadOnlyList<Func<Frame>> All =>
        [Forged, FromTheFuture, FalsePromise, Pings];

    /// <summary>Records that nobody signed.</summary>
    public Frame Forged() => Records(0);

    private Frame FromTheFuture() => Records(1L << 40);

    private Frame Pings() => new() { Ping = new Ping { Nonce = _random.Next() } };

    private Frame FalsePromise()
    {
        var have = new IHave();
        for (var i = 0; i < IdsPerPromise; i++) have.Ids.Add(_random.Next());
        return new Frame { IHave = have };
    }

    private Frame Records(long aheadMs)
    {
        var now = (ulong)(SimWorld.EpochUnixMs + world.NowMs + aheadMs);
        var push = new Push();
        for (var i = 0; i < RecordsPerPush; i++)
            push.Envelopes.Add(new Envelope
            {
                Author = Noise(91),
                Kind = (uint)RecordKind.Holding,
                Seq = now,
                IssuedMs = now,
                TtlS = 30,
                Signature = Noise(70),
            }.ToByteString());
        return new Frame { Push = push };
    }

    private ByteString Noise(int bytes)
    {
        var noise = new byte[bytes];
        _random.Fill(noise);
        return ByteString.CopyFrom(noise);
    }
}
