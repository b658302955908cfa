using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>What lives by a renewal goes nowhere without it. Pace drill: leases of 30 s, clocks 5 s apart.</summary>
public sealed class RenewalPushTests
{
    private static readonly SimKey _author = new(7, 9);

    private readonly CoreBench _bench = new();
    private readonly Record _node, _holding, _renewal, _fresh;

    public RenewalPushTests()
    {
        var (now, old) = (_bench.Now.UnixMs, _bench.Now.UnixMs - 40_000);
        _node = Of(RecordKind.Node, [], new V1.Node { FreeBytes = 9 }, old);
        _holding = Of(RecordKind.Holding, Hash256.Of("a"u8).ToArray(), new V1.Holding(), old);
        _fresh = Of(RecordKind.Holding, Hash256.Of("b"u8).ToArray(), new V1.Holding(), now);
        _renewal = Of(RecordKind.Renewal, [], Renewals.Write([_node.Id.Prefix, _holding.Id.Prefix]), now - 6_000);
    }

    private static Record Of(RecordKind kind, byte[] subject, IMessage body, long issuedMs) =>
        TestRecords.Of(_author, kind, subject, body, 30_000, (ulong)issuedMs, issuedMs);

    private void KnowAll()
    {
        var from = _bench.Greeted(30);
        _bench.Frame(from, Push(_renewal, _node, _holding, _fresh));
        Assert.All(new[] { _renewal, _node, _holding, _fresh }, r => Assert.Contains(r.Id, Ids(_bench.Core.Records)));
    }

    private static IEnumerable<Hash256> Ids(IEnumerable<Record> records) => records.Select(r => r.Id);

    private static V1.Frame Want(params Record[] records) =>
        new() { Want = new V1.Want { Ids = ByteString.CopyFrom([.. records.SelectMany(r => r.Id.ToArray())]) } };

    private static IEnumerable<Hash256> Pushed(IEnumerable<CoreOutput> outputs, SessionId to) => To(outputs, to)
        .Where(f => f.Push is not null).SelectMany(f => f.Push.Envelopes)
        .Select(e => EnvelopeCodec.Read(e.Memory, TestRecords.Network)!.Id);

    [Fact]
    public void Push_OfWhatLivesByARenewal_IsTakenOnlyBehindIt()
    {
        var from = _bench.Linked(2);
        Assert.Empty(_bench.Frame(from, Push(_node)).OfType<CoreOutput.Persist>());
        Assert.Equal(2, _bench.Frame(from, Push(_renewal, _node)).OfType<CoreOutput.Persist>().Count());
        Assert.True(_bench.Core.Nodes.ContainsKey(_author.Id));
    }

    [Fact]
    public void Push_OfWhatLivesByARenewal_IsNoNewsForNeighbours()
    {
        var (from, eager) = (_bench.Linked(2), _bench.Linked(3));
        // Until the second comparison of a new link is over, all that comes is left to it.
        _bench.Ticks(2_400);
        foreach (var link in new[] { from, eager }) _bench.Frame(link, new V1.Frame { Ping = new V1.Ping() });
        List<CoreOutput> outputs = [.. _bench.Frame(from, Push(_renewal, _node)), .. _bench.Ticks(500)];
        Assert.Empty(Pushed(outputs, eager));
        Assert.Equal(
            new[] { _renewal.Id.Prefix, _node.Id.Prefix }.Order(),
            To(outputs, eager).Where(f => f.IHave is not null).SelectMany(f => f.IHave.Ids).Order());
    }

    [Fact]
    public void Want_OfWhatLivesByARenewal_IsAnsweredWithItInFrontOnce()
    {
        KnowAll();
        var to = _bench.Greeted(3);
        Assert.Equal(
            [_renewal.Id, _node.Id, _holding.Id, _fresh.Id],
            Pushed(_bench.Frame(to, Want(_node, _holding, _fresh)), to));
        // It is there already; who asks again does not have it.
        Assert.Empty(Pushed(_bench.Frame(to, Want(_renewal)), to));
        Assert.Equal([_renewal.Id], Pushed(_bench.Frame(to, Want(_renewal)), to));
        Assert.Equal([_holding.Id], Pushed(_bench.Frame(to, Want(_holding)), to));
    }

    [Fact]
    public void Want_WhenTheLastOneWasAWhileAgo_HasTheRenewalInFrontAgain()
    {
        KnowAll();
        var to = _bench.Greeted(3);
        _bench.Frame(to, Want(_node));
        _bench.Wait(Pace.Drill.ReconcileMs / 2);
        Assert.Equal([_renewal.Id, _node.Id], Pushed(_bench.Frame(to, Want(_node)), to));
    }

    [Fact]
    public void Want_OfWhatLivesByItself_IsAnsweredWithItAlone()
    {
        KnowAll();
        var to = _bench.Greeted(3);
        Assert.Equal([_fresh.Id], Pushed(_bench.Frame(to, Want(_fresh)), to));
    }

    [Fact]
    public void Graft_OfWhatLivesByARenewal_IsAnsweredWithItInFront()
    {
        KnowAll();
        var to = _bench.Linked(3);
        var graft = new V1.Frame { Graft = new V1.Graft { Ids = { _holding.Id.Prefix } } };
        Assert.Equal([_renewal.Id, _holding.Id], Pushed(_bench.Frame(to, graft), to));
    }

    [Fact]
    public void Reconcile_WithWhoHasNothing_PushesTheRenewalBeforeWhatItKeepsAndOnce()
    {
        KnowAll();
        _bench.Ticks(2_000);
        var to = _bench.Greeted(3);
        var open = new Reconciler(new RecordIndex()).Start(7, FingerprintKey.DeriveSalt(new byte[32], 1));
        var pushed = Pushed(_bench.Frame(to, new V1.Frame { Reconcile = open }), to).ToList();
        Assert.Equal(pushed.Distinct().Count(), pushed.Count);
        Assert.All(new[] { _node, _holding }, r =>
            Assert.InRange(pushed.IndexOf(r.Id), pushed.IndexOf(_renewal.Id) + 1, pushed.Count));
        Assert.Contains(_fresh.Id, pushed);
    }

    [Fact]
    public void Restored_InAnyOrder_TakesWhatARenewalKeeps()
    {
        _bench.Handle(new CoreInput.Restored([_holding.Bytes, _node.Bytes, _fresh.Bytes, _renewal.Bytes]));
        Assert.All(
            new[] { _holding, _node, _fresh, _renewal }, r => Assert.Contains(r.Id, Ids(_bench.Core.Records)));
    }

    /// <summary>As any record: it shows that its author lived when it was signed.</summary>
    [Fact]
    public void Renewal_OfANode_KeepsItsAddressesAndMembership()
    {
        var from = _bench.Linked(2);
        var node = _bench.NodeRecord(9, 1, AddressOf(9));
        _bench.Frame(from, Push(node));
        for (var again = 1; again <= 6; again++)
        {
            _bench.Ticks(20_000);
            var now = _bench.Now.UnixMs;
            _bench.Frame(_bench.Greeted(40 + again), Push(
                Of(RecordKind.Renewal, [], Renewals.Write([node.Id.Prefix]), now)));
            Assert.True(_bench.Core.Nodes.ContainsKey(_author.Id), $"after renewal {again}");
        }
        _bench.Ticks(36_000);
        Assert.False(_bench.Core.Nodes.ContainsKey(_author.Id));
    }
}
