using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>A record of every kind, and the parsers of their bodies.</summary>
internal sealed class FuzzRecords(FuzzModel model)
{
    public static SimKey Founder { get; } = new(77, 0);
    public static NetworkId Network { get; } = new(Founder.Id.Hash);
    public static Instant Now { get; } = new(86_400_000, SimWorld.EpochUnixMs);

    /// <summary>The kinds with their subjects and bodies.</summary>
    public IEnumerable<(RecordKind Kind, byte[] Subject, IMessage Body)> Bodies()
    {
        var about = model.Entry.ModelId.ToArray();
        var slice = RecordBodies.SliceSubject(model.Entry.ModelId, 0);
        var node = new V1.Node { DonatedBytes = 1 << 30, FreeBytes = 1 << 30, Operator = "o", Site = "s" };
        node.Endpoints.Add(new V1.Endpoint { Ip = ByteString.CopyFrom(10, 0, 9, 1), GossipPort = 7000 });
        var rules = Policy.Default with { Pace = Pace.Drill, Domains = DomainRule.Node };
        yield return (RecordKind.Charter, [], RecordBodies.Charter("x", rules));
        yield return (RecordKind.Entry, about, RecordBodies.Entry(model.Entry));
        yield return (RecordKind.Node, [], node);
        yield return (RecordKind.Holding, about, new V1.Holding { Verified = ByteString.CopyFrom(1) });
        yield return (RecordKind.Claim, slice, new V1.Claim { Score = 1, ProgressPercent = 5 });
        yield return (RecordKind.ReleaseIntent, slice, new V1.ReleaseIntent { TicketMs = 1, Reason = "r" });
        yield return (RecordKind.Observation, about, new V1.Observation { Down = true, SinceMs = 1 });
        yield return (RecordKind.Renewal, [], Renewals.Write([1, 1UL << 63]));
        yield return ((RecordKind)99, about, new V1.Observation { Down = true, SinceMs = 1 });
    }

    /// <summary>The envelopes of all kinds, signed by the founder.</summary>
    public List<byte[]> Envelopes() => [.. Bodies().Select(b => EnvelopeCodec.Write(
        Founder, Network, b.Kind, b.Subject, b.Body, 1, Now.UnixMs, 20_000).Bytes.ToArray())];

    /// <summary>Reads an envelope and, where its body is sound, all that is ever read of it.</summary>
    public static bool Read(byte[] bytes)
    {
        if (EnvelopeCodec.Read(bytes, Network) is not { } record) return false;
        if (!RecordBodies.IsWellFormed(record)) return false;
        switch (record.Kind)
        {
            case RecordKind.Charter: return RecordBodies.Charter(record).Policy.Copies > 0;
            case RecordKind.Entry: return RecordBodies.Entry(record).Slices >= 0;
            case RecordKind.Node: return RecordBodies.Node(record).Endpoints.Count >= 0;
            case RecordKind.Holding: return RecordBodies.Holding(record).Verified.Length >= 0;
            case RecordKind.Claim: return RecordBodies.Claim(record) is not null && RecordBodies.SliceOf(record) >= 0;
            case RecordKind.ReleaseIntent: return RecordBodies.ReleaseIntent(record) is not null;
            case RecordKind.Observation: return RecordBodies.Observation(record) is not null;
            case RecordKind.Renewal: return Renewals.Listed(record).Length >= 0;
            default: return true;
        }
    }

    /// <summary>Reads a body of a kind inside a whole envelope, so that mutations are spent on it alone.</summary>
    public static Func<byte[], bool> BodyOf(RecordKind kind, byte[] subject) => body => Read(new V1.Envelope
    {
        Author = ByteString.CopyFrom(Founder.PublicKey),
        Kind = (uint)kind,
        Subject = ByteString.CopyFrom(subject),
        Seq = 1,
        IssuedMs = (ulong)Now.UnixMs,
        TtlS = 20,
        Body = ByteString.CopyFrom(body),
        Signature = ByteString.CopyFrom(1),
    }.ToByteArray());
}
