using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class CensusTests
{
    private const long Day = 86_400_000;
    private static readonly Policy _open = Policy.Default;
    private static readonly Policy _private = Policy.Default with { Domains = DomainRule.Node };

    private readonly Census _census = new(Swarm.Id(0));

    [Theory]
    [InlineData("203.0.113.{0}", 8)]
    [InlineData("2001:db8:1:200:{0}::1", 8)]
    [InlineData("2001:db8:1:2{0:x2}::1", 8)]
    [InlineData("203.0.{0}.1", 64)]
    [InlineData("203.{0}.113.1", 200)]
    [InlineData("192.168.1.{0}", 200)]
    [InlineData("127.0.0.1", 200)]
    public void Came_OfManyOfOneNetwork_AdmitsSoMany(string pattern, int admitted)
    {
        _census.Rule(_open);
        for (var node = 1; node <= 200; node++)
            Comes(node, string.Format(null, pattern, node), atMs: node);
        Assert.Equal(admitted, Enumerable.Range(1, 200).Count(n => _census.IsAdmitted(Swarm.Id(n))));
        Assert.True(_census.IsAdmitted(Swarm.Id(1)));
        Assert.Equal(200 - admitted, _census.Over);
    }

    [Fact]
    public void Came_InAPrivateNetwork_AdmitsEverybodyAndDoubtsNobody()
    {
        _census.Rule(_private);
        for (var node = 1; node <= 50; node++) Comes(node, $"203.0.113.{node}", atMs: node * Day);
        Assert.Equal(0, _census.Over);
        Assert.All(Enumerable.Range(1, 50), node => Assert.Null(_census.YoungUntilMs(Swarm.Id(node))));
    }

    [Fact]
    public void Left_OfOneOfACrowd_LetsTheNextIn()
    {
        _census.Rule(_open);
        for (var node = 1; node <= 10; node++) Comes(node, $"203.0.113.{node}", atMs: node);
        Assert.Equal([Swarm.Id(9)], _census.Left(Swarm.Id(3)));
        Assert.False(_census.IsAdmitted(Swarm.Id(10)));
        Comes(3, "203.0.113.3", atMs: 20);
        Assert.False(_census.IsAdmitted(Swarm.Id(3)));
    }

    [Fact]
    public void Came_WithAnotherAddress_MovesToItsNetwork()
    {
        _census.Rule(_open);
        for (var node = 1; node <= 9; node++) Comes(node, $"203.0.113.{node}", atMs: node);
        Comes(9, "198.51.100.9", atMs: 10);
        Assert.True(_census.IsAdmitted(Swarm.Id(9)));
        Comes(1, "198.51.100.1", atMs: 11);
        Comes(10, "203.0.113.10", atMs: 12);
        Assert.True(_census.IsAdmitted(Swarm.Id(10)));
    }

    /// <summary>Those known from earlier runs come before newcomers, in whatever order the records come.</summary>
    [Fact]
    public void Rule_AfterTheMembers_AdmitsThoseKnownLongest()
    {
        for (var node = 1; node <= 8; node++) _census.Knew(Swarm.Id(100 + node), -node * Day);
        for (var node = 1; node <= 8; node++) Comes(node, $"203.0.113.{node}", atMs: 1);
        for (var node = 101; node <= 108; node++) Comes(node, $"203.0.113.{node}", atMs: 2);
        _census.Rule(_open);
        Assert.All(Enumerable.Range(101, 8), node => Assert.True(_census.IsAdmitted(Swarm.Id(node))));
        Assert.All(Enumerable.Range(1, 8), node => Assert.False(_census.IsAdmitted(Swarm.Id(node))));
    }

    [Fact]
    public void YoungUntil_OfOneWhoCameAfterTheFirstDay_IsThreeWeeksAfterThat()
    {
        _census.Rule(_open);
        Comes(1, "203.0.113.1", atMs: 0);
        Comes(2, "203.0.114.1", atMs: Day);
        Comes(3, "203.0.115.1", atMs: Day + 1);
        Assert.Null(_census.YoungUntilMs(Swarm.Id(0)));
        Assert.Null(_census.YoungUntilMs(Swarm.Id(1)));
        Assert.Null(_census.YoungUntilMs(Swarm.Id(2)));
        Assert.Equal(22 * Day + 1, _census.YoungUntilMs(Swarm.Id(3)));
    }

    [Fact]
    public void YoungUntil_OfOneWhoLeftAndCameBack_CountsFromTheFirstTime()
    {
        _census.Rule(_open);
        Comes(1, "203.0.113.1", atMs: 0);
        Comes(2, "203.0.114.1", atMs: 2 * Day);
        _census.Left(Swarm.Id(2));
        Comes(2, "203.0.114.1", atMs: 9 * Day);
        Assert.Equal(23 * Day, _census.YoungUntilMs(Swarm.Id(2)));
    }

    [Fact]
    public void YoungUntil_AfterARestart_IsWhatItWas()
    {
        _census.Knew(Swarm.Id(0), -30 * Day);
        _census.Knew(Swarm.Id(1), -2 * Day);
        _census.Knew(Swarm.Id(2), -29 * Day - 1);
        _census.Rule(_open);
        Comes(1, "203.0.113.1", atMs: 0);
        Comes(2, "203.0.114.1", atMs: 0);
        Comes(3, "203.0.115.1", atMs: 0);
        Assert.Equal(19 * Day, _census.YoungUntilMs(Swarm.Id(1)));
        Assert.Null(_census.YoungUntilMs(Swarm.Id(2)));
        Assert.Equal(21 * Day, _census.YoungUntilMs(Swarm.Id(3)));
    }

    private void Comes(int node, string address, long atMs) =>
        _census.Came(Swarm.Id(node), [IPAddress.Parse(address)], new Instant(atMs, 1_800_000_000_000 + atMs));
}
