using WeightSwarm.Core.Gossip;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;

namespace WeightSwarm.Tests.Core.Gossip;

public sealed class SessionTests
{
    private readonly CoreBench _bench = new();

    [Fact]
    public void Opened_SaysHelloFirst()
    {
        var (session, outputs) = _bench.Open(2);
        Assert.Equal(V1.Frame.KindOneofCase.Hello, Assert.Single(To(outputs, session)).KindCase);
    }

    [Fact]
    public void Opened_ToItself_IsClosed()
    {
        var session = new SessionId(99);
        var outputs = _bench.Handle(new CoreInput.SessionOpened(session, TestRecords.Alice.Id, true, AddressOf(1)));
        Assert.Contains("own address", CloseOf(outputs, session), StringComparison.Ordinal);
    }

    [Fact]
    public void Arrived_AnythingBeforeAHello_ClosesTheStream()
    {
        var (session, _) = _bench.Open(2);
        var outputs = _bench.Frame(session, new V1.Frame { Ping = new V1.Ping() });
        Assert.Contains("hello", CloseOf(outputs, session), StringComparison.Ordinal);
        Assert.Empty(_bench.Frame(session, Hello()));
    }

    [Fact]
    public void Hello_OfAnotherNetworkOrProtocol_ClosesTheStream()
    {
        var (session, _) = _bench.Open(2);
        Assert.Equal("another network", CloseOf(_bench.Frame(session, Hello(new byte[32])), session));
        (session, _) = _bench.Open(2);
        var old = Hello();
        old.Hello.Protocol = 0;
        Assert.Contains("protocol 0", CloseOf(_bench.Frame(session, old), session), StringComparison.Ordinal);
    }

    [Fact]
    public void Hello_Twice_ClosesTheStream()
    {
        var session = _bench.Greeted(2);
        Assert.Equal("a second hello", CloseOf(_bench.Frame(session, Hello()), session));
    }

    [Fact]
    public void Greeted_ByBothWays_KeepsTheStreamOfTheSmallerId()
    {
        foreach (var peer in Enumerable.Range(2, 6))
        {
            var inbound = _bench.Greeted(peer);
            var (outbound, _) = _bench.Open(peer, outbound: true);
            var outputs = _bench.Frame(outbound, Hello());
            var smaller = TestRecords.Alice.Id.CompareTo(new WeightSwarm.Simulation.World.SimKey(7, peer).Id) < 0;
            Assert.NotNull(CloseOf(outputs, smaller ? inbound : outbound));
            Assert.Null(CloseOf(outputs, smaller ? outbound : inbound));
        }
    }

    /// <summary>The streams of one that runs with the same key elsewhere must not shut it out for ever.</summary>
    [Fact]
    public void Greeted_ByBothWaysLongAfterEachOther_KeepsTheLaterStream()
    {
        foreach (var peer in Enumerable.Range(2, 6))
        {
            var outbound = _bench.Greeted(peer, outbound: true);
            _bench.Wait(20_000);
            var (inbound, _) = _bench.Open(peer);
            var outputs = _bench.Frame(inbound, Hello());
            Assert.NotNull(CloseOf(outputs, outbound));
            Assert.Null(CloseOf(outputs, inbound));
        }
    }

    [Fact]
    public void Greeted_TwiceTheSameWay_KeepsTheLaterStream()
    {
        var first = _bench.Greeted(2);
        var (second, _) = _bench.Open(2);
        Assert.NotNull(CloseOf(_bench.Frame(second, Hello()), first));
        Assert.Single(_bench.Core.Peers);
    }

    [Fact]
    public void Ping_IsAnsweredWithItsNonce()
    {
        var session = _bench.Greeted(2);
        var pong = To(_bench.Frame(session, new V1.Frame { Ping = new V1.Ping { Nonce = 42 } }), session);
        Assert.Equal(42UL, Assert.Single(pong).Pong.Nonce);
    }

    [Fact]
    public void Silence_ForThreeProbes_ClosesTheStream()
    {
        var session = _bench.Greeted(2);
        Assert.Null(CloseOf(_bench.Ticks(3_000), session));
        Assert.Equal("silent", CloseOf(_bench.Ticks(100), session));
    }

    [Fact]
    public void Neighbour_OverTwelve_IsToldNoUnlessItHasNobodyElse()
    {
        foreach (var peer in Enumerable.Range(2, 12)) _bench.Linked(peer);
        Assert.Equal(12, _bench.Core.Peers.Count(p => p.Active));
        var ask = new V1.Frame { Neighbour = new V1.Neighbour { Active = true } };
        var refused = _bench.Greeted(20);
        Assert.False(Assert.Single(To(_bench.Frame(refused, ask), refused)).Neighbour.Active);
        var urgent = _bench.Greeted(21);
        ask.Neighbour.Urgent = true;
        Assert.True(To(_bench.Frame(urgent, ask), urgent)[0].Neighbour.Active);
        Assert.Equal(13, _bench.Core.Peers.Count(p => p.Active));
    }

    [Fact]
    public void Neighbour_ThatSaysNo_IsNotCountedOn()
    {
        // It asks six; all say no; it must go on to ask others.
        foreach (var peer in Enumerable.Range(2, 6))
            _bench.Frame(_bench.Greeted(peer), new V1.Frame { Neighbour = new V1.Neighbour() });
        var (session, _) = _bench.Open(20);
        Assert.Contains(To(_bench.Frame(session, Hello()), session), f => f.Neighbour is { Active: true });
    }

    [Fact]
    public void Bootstrap_IsDialledOnceAndNotAgainWhileConnected()
    {
        _bench.Handle(new CoreInput.Bootstrap([AddressOf(2)]));
        Assert.Equal(AddressOf(2), Assert.Single(_bench.Ticks(100).OfType<CoreOutput.Dial>()).Address);
        var session = _bench.Greeted(2, outbound: true);
        for (var second = 0; second < 10; second++)
        {
            Assert.Empty(_bench.Ticks(1_000).OfType<CoreOutput.Dial>());
            _bench.Frame(session, new V1.Frame { Ping = new V1.Ping() });
        }
        _bench.Handle(new CoreInput.SessionClosed(session));
        Assert.Single(_bench.Ticks(100).OfType<CoreOutput.Dial>());
    }

    [Fact]
    public void DialFailed_IsTriedAgainLaterAndLater()
    {
        _bench.Handle(new CoreInput.Bootstrap([AddressOf(2)]));
        List<long> waits = [];
        for (var attempt = 0; attempt < 7; attempt++)
        {
            var start = _bench.Now.MonotonicMs;
            while (!_bench.Ticks(100).OfType<CoreOutput.Dial>().Any())
                Assert.True(_bench.Now.MonotonicMs - start < 60_000, $"no dial within a minute, attempt {attempt}");
            waits.Add(_bench.Now.MonotonicMs - start);
            _bench.Handle(new CoreInput.DialFailed(AddressOf(2)));
        }
        long[] most = [100, 500, 1_000, 2_000, 4_000, 8_000, 8_000];
        Assert.All(waits.Zip(most), wait => Assert.InRange(wait.First, wait.Second / 2, wait.Second));
        // Not all at the ends of their ranges.
        Assert.Contains(waits.Zip(most), wait => wait.First < wait.Second && wait.First > wait.Second / 2);
    }

    [Fact]
    public void Found_IsDialledTwiceAndForgotten()
    {
        _bench.Handle(new CoreInput.Found([AddressOf(2)]));
        Assert.Equal(2, DialsThatFail(120));
        // Named again it is tried again.
        _bench.Handle(new CoreInput.Found([AddressOf(2)]));
        Assert.Equal(2, DialsThatFail(120));
    }

    [Fact]
    public void Found_ByTheThousand_KeepsAFew()
    {
        _bench.Handle(new CoreInput.Found([.. Enumerable.Range(2, 200).Select(AddressOf)]));
        Assert.Equal(2 * 32, DialsThatFail(600));
    }

    [Fact]
    public void Found_ThatAnsweredOnce_IsKeptLikeAnyOther()
    {
        _bench.Handle(new CoreInput.Found([AddressOf(2)]));
        Assert.Single(_bench.Ticks(100).OfType<CoreOutput.Dial>());
        _bench.Handle(new CoreInput.SessionClosed(_bench.Greeted(2, outbound: true)));
        Assert.True(DialsThatFail(120) > 5);
    }

    [Fact]
    public void Reached_ByNobody_HidesTheNode_UntilOneComesThrough()
    {
        SessionId first = Dialled(2), second = Dialled(3);
        Assert.False(_bench.Core.IsHidden);
        _bench.Frame(first, Reached(false));
        Assert.True(_bench.Core.IsHidden);
        _bench.Frame(second, Reached(true));
        _bench.Frame(first, Reached(false));
        Assert.False(_bench.Core.IsHidden);
    }

    [Fact]
    public void Reached_SaidByAPeerThatDialledUs_CountsForNothing()
    {
        _bench.Frame(_bench.Greeted(2), Reached(false));
        Assert.False(_bench.Core.IsHidden);
    }

    private SessionId Dialled(int peer) => _bench.Greeted(peer, outbound: true);

    private static V1.Frame Reached(bool dialled) => new() { Reached = new V1.Reached { Dialled = dialled } };

    private int DialsThatFail(int seconds)
    {
        var count = 0;
        for (var tick = 0; tick < seconds * 10; tick++)
            foreach (var dial in _bench.Ticks(100).OfType<CoreOutput.Dial>())
            {
                count++;
                _bench.Handle(new CoreInput.DialFailed(dial.Address));
            }
        return count;
    }
}
