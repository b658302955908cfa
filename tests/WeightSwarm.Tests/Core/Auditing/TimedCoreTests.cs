using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>Timed challenges in a whole core, pace drill; the test plays the other holder, peer 2, and the
/// driver.</summary>
public sealed class TimedCoreTests
{
    private const int Peer = 2;
    private static readonly Pace _pace = Pace.Drill;

    private readonly CoreBench _bench = new();
    private readonly SessionId _session;

    private readonly Entry _entry = TestRecords.EntryValue("org/model") with
    {
        Pieces = 256,
        PiecesPerSlice = 64,
        Bytes = 256 << 20,
        SliceLeaves = [4096, 4096, 4096, 4096],
    };

    private ulong _seq;

    public TimedCoreTests()
    {
        _bench.Handle(new CoreInput.Described(new SelfDescription(
            [(new System.Net.IPAddress([10, 0, 1, 1]), 7000, 7001)], "", "", false, "1", 1)));
        _bench.Handle(new CoreInput.Publish(TestRecords.Of(TestRecords.Founder, RecordKind.Entry,
            _entry.ModelId.ToArray(), RecordBodies.Entry(_entry), 400L * 86_400_000)));
        _session = _bench.Linked(Peer);
        _bench.Handle(new CoreInput.SlicesHeld(_entry.ModelId, SliceSet.Of([0, 1]), true));
    }

    private CopyKey Copy(int slice) => new(new SimKey(7, Peer).Id, _entry.ModelId, slice);

    private void Say(RecordKind kind, byte[] subject, IMessage body) =>
        _bench.Frame(_session, CoreBench.Push(EnvelopeCodec.Write(
            new SimKey(7, Peer), TestRecords.Network, kind, subject, body,
            _seq = Math.Max(_seq + 1, (ulong)_bench.Now.UnixMs), _bench.Now.UnixMs, 30_000)));

    /// <summary>Time passes; the peer lives and holds slice 0, and every challenge ends thus.</summary>
    private List<CoreOutput> Pass(long ms, TimedOutcome timed, ReceiptOutcome audit)
    {
        List<CoreOutput> all = [];
        for (var passed = 0L; passed < ms; passed += 100)
        {
            if (passed % 5_000 == 0)
            {
                Say(RecordKind.Node, [], new V1.Node { FreeBytes = 1, StartedMs = 1 });
                Say(RecordKind.Holding, _entry.ModelId.ToArray(), new V1.Holding
                {
                    Verified = ByteString.CopyFrom(SliceSet.Of([0]).ToBitmap()),
                });
            }
            var outputs = _bench.Ticks(100);
            all.AddRange(outputs);
            foreach (var ping in outputs.OfType<CoreOutput.Send>().Where(s => s.Frame.Ping is not null))
                _bench.Frame(ping.Session, new V1.Frame
                {
                    Pong = new V1.Pong { Nonce = ping.Frame.Ping.Nonce, UnixMs = (ulong)_bench.Now.UnixMs },
                });
            foreach (var ask in outputs.OfType<CoreOutput.AskTimed>())
                all.AddRange(_bench.Handle(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, timed)));
            foreach (var ask in outputs.OfType<CoreOutput.AskAudit>())
                all.AddRange(_bench.Handle(new CoreInput.AuditEnded(ask.Copy, ask.Nonce, audit, "other bytes")));
        }
        return all;
    }

    [Theory]
    [InlineData(TimedOutcome.InTime)]
    [InlineData(TimedOutcome.Slow)]
    [InlineData(TimedOutcome.NotHeld)]
    [InlineData(TimedOutcome.Unknown)]
    public void Ended_WithoutOtherBytes_AsksForNoLeaves(TimedOutcome outcome)
    {
        var outputs = Pass(2 * _pace.TimedMs + _pace.StartupQuietMs, outcome, ReceiptOutcome.Proven);
        var asked = outputs.OfType<CoreOutput.AskTimed>().ToList();
        Assert.InRange(asked.Count, 1, 2);
        Assert.All(asked, ask => Assert.Equal(Copy(0), ask.Copy));
        Assert.DoesNotContain(outputs.OfType<CoreOutput.AskAudit>(), ask => ask.Leaves == LeafDraw.Most);
        Assert.Empty(_bench.Core.Audits.Failed);
    }

    [Fact]
    public void Ended_WithAnotherHash_IsSettledByLeaves()
    {
        var outputs = Pass(
            2 * _pace.TimedMs + _pace.StartupQuietMs, TimedOutcome.Different, ReceiptOutcome.Proven);
        Assert.NotEmpty(outputs.OfType<CoreOutput.AskTimed>());
        Assert.InRange(outputs.OfType<CoreOutput.AskAudit>().Count(ask => ask.Leaves == LeafDraw.Most), 2, 4);
        Assert.Empty(_bench.Core.Audits.Failed);
        Assert.True(_bench.Core.TimedHashes.Of(Copy(0)).Different > 0);
    }
}
