using System.Net;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Tests.Node.Gossip;

public sealed class GossipGateTests : IDisposable
{
    private static readonly IPAddress _public = IPAddress.Parse("203.0.113.7");
    private static readonly IPAddress _other = IPAddress.Parse("198.51.100.1");

    private readonly GossipGate _gate;
    private readonly Clock _clock;

    public GossipGateTests()
    {
        _clock = new Clock(new StoppedTime());
        _gate = new GossipGate(_clock);
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    public void Dispose() => _gate.Dispose();

    private Ban Ban(IPAddress remote) =>
        new(NodeId.Of("peer"u8), remote, _clock.Now.MonotonicMs + 60_000, 1, "why");

    [Fact]
    public void TryEnter_OfABannedAddress_IsRefused_AndItsNeighboursAreNot()
    {
        _gate.Put(Ban(_public));
        Assert.False(_gate.TryEnter(_public));
        Assert.True(_gate.Refuses(_public));
        Assert.True(_gate.Refuses(NodeId.Of("peer"u8)));
        Assert.True(_gate.TryEnter(_other));
    }

    [Fact]
    public void TryEnter_OnLoopback_IsOpenToOthersWhenOneIsBanned()
    {
        _gate.Put(Ban(IPAddress.Loopback));
        Assert.True(_gate.TryEnter(IPAddress.Loopback));
        Assert.True(_gate.Refuses(NodeId.Of("peer"u8)));
    }

    [Fact]
    public void TryEnter_TooOftenFromOneAddress_IsRefused()
    {
        var entered = 0;
        for (; _gate.TryEnter(_public); entered++) _gate.Leave(_public);
        Assert.Equal(32, entered);
        Assert.True(_gate.TryEnter(_other));
    }

    [Fact]
    public void TryEnter_OfManyAtOnce_HoldsOneHostAndAllTogether()
    {
        Assert.Equal(16, Enumerable.Range(0, 20).Count(_ => _gate.TryEnter(_public)));
        var hosts = Enumerable.Range(0, 1_000).Select(i => new IPAddress([198, 51, (byte)(i >> 8), (byte)i]))
            .Count(_gate.TryEnter);
        Assert.Equal(512 - 16, hosts);
        _gate.Leave(_public);
        Assert.True(_gate.TryEnter(_other));
    }

    [Fact]
    public void KeyOf_TakesAllAddressesOfAnIPv6HostForOne()
    {
        Assert.Equal(
            GossipGate.KeyOf(IPAddress.Parse("2001:db8::1")), GossipGate.KeyOf(IPAddress.Parse("2001:db8::2:3:4:5")));
        Assert.Equal(_public, GossipGate.KeyOf(IPAddress.Parse("::ffff:203.0.113.7")));
        Assert.Equal(IPAddress.IPv6Loopback, GossipGate.KeyOf(IPAddress.IPv6Loopback));
    }
}
