using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// A host that runs no core: it opens a stream to a node, greets, and sends it one frame over and over; thrown out, it
/// comes again at once.
/// </summary>
internal sealed class Stranger(SimWorld world, int number, int victim)
{
    /// <summary>A push of records that nobody signed.</summary>
    public static Frame Forged(SimWorld world, int records)
    {
        var random = new SplitMix64(world.Seed);
        var push = new Push();
        for (var i = 0; i < records; i++)
            push.Envelopes.Add(new Envelope
            {
                Author = Noise(random, 91),
                Kind = (uint)Core.Records.RecordKind.Holding,
                Seq = (ulong)(SimWorld.EpochUnixMs + world.NowMs),
                IssuedMs = (ulong)(SimWorld.EpochUnixMs + world.NowMs),
                TtlS = 30,
                Signature = Noise(random, 70),
            }.ToByteString());
        return new Frame { Push = push };
    }

    /// <summary>From now on it sends so many frames every so often.</summary>
    public void Flood(Frame frame, int frames, long everyMs) => Turn(null, frame, frames, everyMs);

    private void Turn(SessionId? session, Frame frame, int frames, long everyMs)
    {
        if (session is not { } open || !world.Net.IsOpen(number, open))
            session = world.Net.Intrude(number, victim) is { } opened ? Greet(opened) : null;
        for (var i = 0; session is { } id && i < frames; i++) world.Net.Send(number, id, frame);
        world.In(everyMs, () => Turn(session, frame, frames, everyMs));
    }

    private SessionId Greet(SessionId session)
    {
        world.Net.Send(number, session, new Frame
        {
            Hello = new Hello { NetworkId = ByteString.CopyFrom(world.Network.Hash.ToArray()), Protocol = 1 },
        });
        return session;
    }

    private static ByteString Noise(SplitMix64 random, int bytes)
    {
        var noise = new byte[bytes];
        random.Fill(noise);
        return ByteString.CopyFrom(noise);
    }
}
