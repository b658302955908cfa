using System.Net;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class BanListTests
{
    private const long Now = 5_000_000, Minute = 60_000;

    private readonly BanList _bans = new();

    private static NodeId Peer(int number) => NodeId.Of([(byte)number, (byte)(number >> 8)]);

    [Fact]
    public void Add_LastsAMinuteAndTwiceAsLongEachTime()
    {
        var now = Now;
        foreach (var minutes in new[] { 1, 2, 4, 8 })
        {
            var ban = _bans.Add(Peer(1), IPAddress.Loopback, "why", now);
            Assert.Equal(now + minutes * Minute, ban.UntilMs);
            Assert.Same(ban, _bans.Of(Peer(1), ban.UntilMs - 1));
            Assert.Null(_bans.Of(Peer(1), ban.UntilMs));
            now = ban.UntilMs;
        }
        now += 25 * 60 * Minute;
        _bans.Add(Peer(2), IPAddress.Loopback, "why", now);
        Assert.Equal(1, _bans.Add(Peer(1), IPAddress.Loopback, "why", now).Times);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:2::9", true)]
    [InlineData("2001:db8:1:2::3", "2001:db8:1:3::3", false)]
    [InlineData("127.0.0.1", "127.0.0.1", false)]
    [InlineData("::1", "::1", false)]
    [InlineData("192.168.1.5", "192.168.1.5", false)]
    [InlineData("10.1.2.3", "10.1.2.3", false)]
    [InlineData("172.20.0.3", "172.20.0.3", false)]
    [InlineData("100.64.0.9", "100.64.0.9", false)]
    [InlineData("fe80::1", "fe80::1", false)]
    [InlineData("fd00::1", "fd00::1", false)]
    public void Refuses_TheHostOfABannedPeerWhereItIsPublic(string banned, string asked, bool refused)
    {
        var ban = _bans.Add(Peer(1), IPAddress.Parse(banned), "why", Now);
        Assert.Equal(refused, _bans.Refuses(IPAddress.Parse(asked), Now));
        Assert.False(_bans.Refuses(IPAddress.Parse(asked), ban.UntilMs));
    }

    [Fact]
    public void Refuses_ANetworkOnceThreeOfItsHostsAreBanned()
    {
        var other = IPAddress.Parse("203.0.113.99");
        // Many keys at one address are one host.
        for (var key = 0; key < 20; key++) _bans.Add(Peer(key), IPAddress.Parse("203.0.113.1"), "why", Now);
        _bans.Add(Peer(20), IPAddress.Parse("203.0.113.2"), "why", Now);
        Assert.False(_bans.Refuses(other, Now));
        _bans.Add(Peer(21), IPAddress.Parse("203.0.113.3"), "why", Now);
        Assert.True(_bans.Refuses(other, Now));
        Assert.False(_bans.Refuses(IPAddress.Parse("203.0.114.99"), Now));
    }

    [Fact]
    public void Add_OfFarTooMany_KeepsABoundedNumber()
    {
        for (var peer = 0; peer < 6_000; peer++) _bans.Add(Peer(peer), IPAddress.Loopback, "why", Now + peer);
        Assert.Equal(4096, _bans.InForce(Now + 6_000).Count());
        Assert.NotNull(_bans.Of(Peer(5_999), Now + 6_000));
    }
}
