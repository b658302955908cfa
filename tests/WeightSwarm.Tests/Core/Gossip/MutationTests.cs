using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>Whatever a peer sends, a core answers: it does not throw, and it does not grow.</summary>
[Collection(MemoryMeasured.Name)]
public sealed class MutationTests
{
    private const ulong Seed = 20_270_115;
    private const int Mutations = 100_000, MostOutputs = 2_000;
    private const long MostGrowth = 64L << 20;

    private readonly SplitMix64 _random = new(Seed);

    [Fact]
    public void Handle_AHundredThousandMutatedFrames_NeverThrowsAndStaysSmall()
    {
        var bench = new CoreBench();
        var samples = Samples(bench);
        var peer = 2;
        var session = bench.Linked(peer);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Mutate(samples[(int)_random.Below(samples.Count)], samples);
            if (!TryParse(bytes, out var frame)) continue;
            // Who sent something bad is closed, and banned soon: the next one takes over.
            if (!bench.Core.Peers.Any()) session = bench.Linked(++peer);
            Feed(bench, session, frame, $"mutation {i} of seed {Seed}: {Convert.ToHexString(bytes)}");
            if (i % 100 == 0) bench.Ticks(100);
        }
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth < MostGrowth, $"memory grew by {growth >> 20} MiB");
        GC.KeepAlive(bench);
    }

    [Fact]
    public void Handle_MutatedBodiesThatAreRightlySigned_NeverThrows()
    {
        var bench = new CoreBench();
        var peer = 2;
        var session = bench.Linked(peer);
        var bodies = Bodies();
        var taken = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (kind, subject, body) = bodies[(int)_random.Below(bodies.Count)];
            var mutated = Mutate(body, [.. bodies.Select(b => b.Body)]);
            if (_random.Below(4) == 0) subject = [.. Mutate(subject, [subject]).Take(64)];
            var key = _random.Below(2) == 0 ? TestRecords.Founder : TestRecords.Bob;
            // The network's rules themselves stay: a founder can ruin his own network, and no test of robustness.
            if (kind == RecordKind.Charter) key = TestRecords.Bob;
            if (!bench.Core.Peers.Any()) session = bench.Linked(++peer);
            var push = new V1.Push { Envelopes = { Signed(key, kind, subject, mutated, bench.Now, (ulong)i) } };
            var before = bench.Core.Records.Count();
            Feed(bench, session, new V1.Frame { Push = push },
                $"mutation {i} of seed {Seed}: {kind} {Convert.ToHexString(mutated)}");
            if (bench.Core.Records.Count() > before) taken++;
            if (i % 50 == 0) bench.Ticks(1_000);
        }
        Assert.True(taken > 100, $"only {taken} mutations were accepted: the test does not reach what lies behind");
        Assert.NotNull(bench.Core.View);
        Assert.NotEmpty(bench.Core.View.Nodes);
    }

    /// <summary>Lengths near 2^31 inside a nested message send the protobuf library outside its buffer.</summary>
    [Theory]
    [InlineData(RecordKind.Node, "0A000AFFFFFFFF078004")]
    [InlineData(RecordKind.Charter, "12001AFFFFFFFF078004")]
    [InlineData(RecordKind.Charter, "1A001AFFFFFFFF078004")]
    public void Handle_ARightlySignedBodyWithAnEnormousLength_IsRefused(RecordKind kind, string body)
    {
        var bench = new CoreBench();
        var session = bench.Linked(2);
        var bytes = Signed(TestRecords.Bob, kind, [], Convert.FromHexString(body), bench.Now, 1);
        Feed(bench, session, new V1.Frame { Push = new V1.Push { Envelopes = { bytes } } }, body);
        Assert.Empty(bench.Core.Peers);
    }

    private static void Feed(CoreBench bench, SessionId session, V1.Frame frame, string what)
    {
        try
        {
            var outputs = bench.Frame(session, frame);
            Assert.True(outputs.Count <= MostOutputs, $"{outputs.Count} outputs");
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{what}\n{e}");
        }
    }

    private static bool TryParse(byte[] bytes, out V1.Frame frame)
    {
        try
        {
            frame = V1.Frame.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            frame = new V1.Frame();
            return false;
        }
    }

    /// <summary>Any bytes as a body, signed over the layout of records.proto.</summary>
    private static ByteString Signed(SimKey key, RecordKind kind, byte[] subject, byte[] body, Instant now, ulong seq)
    {
        var envelope = new V1.Envelope
        {
            Author = ByteString.CopyFrom(key.PublicKey),
            Kind = (uint)kind,
            Subject = ByteString.CopyFrom(subject),
            Seq = seq + 1,
            IssuedMs = (ulong)now.UnixMs,
            TtlS = 20,
            Body = ByteString.CopyFrom(body),
        };
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("weightswarm/1\0"u8);
        writer.Write(TestRecords.Network.Hash.ToArray());
        writer.Write((ushort)key.PublicKey.Length);
        writer.Write(key.PublicKey);
        writer.Write((ushort)kind);
        writer.Write((ushort)subject.Length);
        writer.Write(subject);
        writer.Write(envelope.Seq);
        writer.Write(envelope.IssuedMs);
        writer.Write(envelope.TtlS);
        writer.Write(body.Length);
        writer.Write(body);
        envelope.Signature = ByteString.CopyFrom(key.Sign(stream.ToArray()));
        return envelope.ToByteString();
    }

    private byte[] Mutate(byte[] sample, List<byte[]> others)
    {
        var bytes = new List<byte>(sample);
        for (var times = 1 + _random.Below(4); times > 0; times--)
        {
            var at = (int)_random.Below(bytes.Count + 1);
            switch (_random.Below(5))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << (int)_random.Below(8)); break;
                case 1 when at < bytes.Count: bytes[at] = (byte)_random.Next(); break;
                case 2: bytes.Insert(at, (byte)_random.Next()); break;
                case 3 when at < bytes.Count: bytes.RemoveRange(at, (int)_random.Below(bytes.Count - at) + 1); break;
                default:
                    var other = others[(int)_random.Below(others.Count)];
                    var from = (int)_random.Below(other.Length + 1);
                    bytes.InsertRange(at, other[from..]);
                    break;
            }
        }
        return [.. bytes];
    }

    private static List<byte[]> Samples(CoreBench bench)
    {
        var entry = TestRecords.Entry(TestRecords.Founder, "a/b");
        var node = bench.NodeRecord(9, 1, CoreBench.AddressOf(9));
        var reconciler = new WeightSwarm.Core.Gossip.Reconciliation.Reconciler(new());
        V1.Frame[] frames =
        [
            CoreBench.Hello(), CoreBench.Push(node, entry), CoreBench.IHave(node),
            new() { Graft = new V1.Graft { Ids = { node.Id.Prefix } } }, new() { Prune = new V1.Prune() },
            new() { Ping = new V1.Ping { Nonce = 1 } }, new() { Pong = new V1.Pong { Nonce = 1, UnixMs = 2 } },
            new() { Reconcile = reconciler.Start(1, new byte[16]) },
            new() { Want = new V1.Want { Ids = ByteString.CopyFrom(node.Id.ToArray()) } },
            new() { ContentGet = new V1.ContentGet { Hash = ByteString.CopyFrom(new byte[32]) } },
            new() { ContentPart = new V1.ContentPart { Hash = ByteString.CopyFrom(new byte[32]), Total = 5 } },
            new() { Neighbour = new V1.Neighbour { Active = true, Urgent = true } },
            new() { Close = new V1.Close { Reason = "bye" } },
        ];
        return [.. frames.Select(f => f.ToByteArray())];
    }

    private static List<(RecordKind Kind, byte[] Subject, byte[] Body)> Bodies()
    {
        var model = Hash256.Of("model"u8);
        var slice = RecordBodies.SliceSubject(model, 1);
        var bob = TestRecords.Bob.Id.Hash.ToArray();
        var node = new V1.Node { DonatedBytes = 1 << 30, FreeBytes = 1 << 30, Operator = "o", Site = "s" };
        node.Endpoints.Add(new V1.Endpoint { Ip = ByteString.CopyFrom(10, 0, 9, 1), GossipPort = 7000 });
        return
        [
            (RecordKind.Charter, [], RecordBodies.Charter("x", Policy.Default).ToByteArray()),
            (RecordKind.Entry, model.ToArray(), RecordBodies.Entry(TestRecords.EntryValue("a/b")).ToByteArray()),
            (RecordKind.Node, [], node.ToByteArray()),
            (RecordKind.Holding, model.ToArray(), new V1.Holding { Verified = ByteString.CopyFrom(0xF) }.ToByteArray()),
            (RecordKind.Claim, slice, new V1.Claim { Score = 1, ProgressPercent = 5 }.ToByteArray()),
            (RecordKind.ReleaseIntent, slice, new V1.ReleaseIntent { TicketMs = 1, Reason = "r" }.ToByteArray()),
            (RecordKind.Observation, bob, new V1.Observation { Down = true, SinceMs = 1 }.ToByteArray()),
            (RecordKind.AuditReport, bob, [1, 2, 3]),
            (RecordKind.Renewal, [], Renewals.Write([1, 1UL << 63]).ToByteArray()),
        ];
    }
}
