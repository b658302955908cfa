using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class MembershipAndPeerStoreTests : IDisposable
{
    private static readonly NetworkId Ours = new(Hash256.Of("ours"u8));
    private static readonly NodeId NodeA = NodeId.Of("a"u8), NodeB = NodeId.Of("b"u8);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Get_FreshStore_IsNoMembership()
    {
        using var store = StoreFiles.Open(_folder);
        Assert.Null(store.Membership.Get());
        Assert.Throws<InvalidOperationException>(() => store.Membership.SaveCharter(new byte[] { 1 }));
    }

    [Fact]
    public void Join_WithoutCharterThenSaved_ComesBackAfterReopening()
    {
        var peers = new[]
        {
            new InvitePeer(IPEndPoint.Parse("127.0.0.1:4000"), NodeA),
            new InvitePeer(IPEndPoint.Parse("[2001:db8::1]:4001"), null),
        };
        using (var store = StoreFiles.Open(_folder))
        {
            store.Membership.Join(Ours, default, peers);
            Assert.Equal(0, store.Membership.Get()!.Charter.Length);
            store.Membership.SaveCharter(new byte[] { 1, 2, 3 });
        }

        using var again = StoreFiles.Open(_folder);
        var got = again.Membership.Get();
        Assert.NotNull(got);
        Assert.Equal(Ours, got.Network);
        Assert.Equal([1, 2, 3], got.Charter.ToArray());
        Assert.Equal(peers.OrderBy(p => p.EndPoint.ToString(), StringComparer.Ordinal), got.InvitePeers);
        Assert.Equal(StoreFiles.Time.UnixMs, got.JoinedMs);
    }

    [Fact]
    public void Join_SameNetworkAgain_KeepsTheCharterAndAddsPeers()
    {
        using var store = StoreFiles.Open(_folder);
        store.Membership.Join(Ours, new byte[] { 7 }, [new InvitePeer(IPEndPoint.Parse("127.0.0.1:1"), null)]);
        store.Membership.Join(Ours, default, [new InvitePeer(IPEndPoint.Parse("127.0.0.1:2"), NodeB)]);
        var got = store.Membership.Get()!;
        Assert.Equal([7], got.Charter.ToArray());
        Assert.Equal(2, got.InvitePeers.Length);
    }

    [Fact]
    public void Join_AnotherNetwork_IsRefusedAndChangesNothing()
    {
        using var store = StoreFiles.Open(_folder);
        store.Membership.Join(Ours, new byte[] { 7 }, []);
        Assert.Throws<InvalidOperationException>(
            () => store.Membership.Join(new NetworkId(Hash256.Of("theirs"u8)), new byte[] { 8 }, []));
        Assert.Equal(Ours, store.Membership.Get()!.Network);
    }

    [Fact]
    public void Peers_UpsertAndDelete_KeepTheNewestSuccess()
    {
        using var store = StoreFiles.Open(_folder);
        store.Peers.Upsert([Peer(NodeA, 1, ms: 50), Peer(NodeB, 2, ms: 60)]);
        store.Peers.Upsert([Peer(NodeA, 3, ms: 40), Peer(NodeB, 4, ms: 70)]);
        Assert.Equal([Peer(NodeB, 4, 70), Peer(NodeA, 1, 50)], store.Peers.Load(10));
        Assert.Equal([Peer(NodeB, 4, 70)], store.Peers.Load(1));
        Assert.Equal(1, store.Peers.DeleteOlderThan(60));
        Assert.Equal([Peer(NodeB, 4, 70)], store.Peers.Load(10));
    }

    [Fact]
    public void Anchors_Saved_ReplaceTheOldOnesInOrder()
    {
        var a = new Anchor(NodeA, IPEndPoint.Parse("127.0.0.1:1"));
        var b = new Anchor(NodeB, IPEndPoint.Parse("[::1]:2"));
        using (var store = StoreFiles.Open(_folder))
        {
            store.Peers.SaveAnchors([a, b]);
            store.Peers.SaveAnchors([b, a]);
        }
        using var again = StoreFiles.Open(_folder);
        Assert.Equal([b, a], again.Peers.LoadAnchors());
    }

    private static KnownPeer Peer(NodeId node, int port, long ms) =>
        new(node, new IPEndPoint(IPAddress.Loopback, port), ms);

    [Fact]
    public void Seen_OfAKnownPeer_MovesItsTimeOnAndNotBack()
    {
        using var store = StoreFiles.Open(_folder);
        store.Peers.Upsert([new KnownPeer(NodeA, IPEndPoint.Parse("127.0.0.1:1"), 5)]);
        store.Peers.Seen([NodeA, NodeB], 9);
        Assert.Equal([new KnownPeer(NodeA, IPEndPoint.Parse("127.0.0.1:1"), 9)], store.Peers.Load(9));
        store.Peers.Seen([NodeA], 7);
        Assert.Equal(9, store.Peers.Load(9).Single().LastSuccessMs);
    }
}
