using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class EvictionTests
{
    private const ulong Secret = 42;

    private static Guest Of(long id, byte network, long openedMs, long rttMs = 200, long broughtMs = long.MinValue) =>
        new(new SessionId(id), AddressGroup.WideOf(new IPAddress([20, network, 1, (byte)id])), openedMs, rttMs,
            broughtMs);

    [Fact]
    public void Choose_OfAFewStreams_KeepsAll() =>
        Assert.Null(Eviction.Choose([.. Enumerable.Range(1, 12).Select(n => Of(n, (byte)n, n))], Secret));

    [Fact]
    public void Choose_TakesTheNewest_OfTheNetworkWithTheMost()
    {
        // Twenty honest ones, each from elsewhere, and forty of one network that came later and are as near.
        var honest = Enumerable.Range(1, 20).Select(n => Of(n, (byte)n, openedMs: n));
        var crowd = Enumerable.Range(21, 40).Select(n => Of(n, 99, openedMs: 1_000 + n));
        Assert.Equal(new SessionId(60), Eviction.Choose([.. honest, .. crowd], Secret));
    }

    [Fact]
    public void Choose_KeepsTheNearest_TheUsefulAndTheOldest()
    {
        var seed = ulong.Parse(Environment.GetEnvironmentVariable("WEIGHTSWARM_SEED") ?? "20270811");
        var random = new SplitMix64(seed);
        for (var round = 0; round < 200; round++)
        {
            var guests = Enumerable.Range(1, 60).Select(n => Of(
                n, (byte)random.Below(5), random.Below(1_000), random.Below(300),
                random.Below(2) == 0 ? long.MinValue : random.Below(1_000))).ToList();
            var chosen = Eviction.Choose(guests, random.Next());
            var gone = guests.Single(g => g.Session == chosen);
            Assert.True(guests.Count(g => g.RttMs <= gone.RttMs) > 8, $"seed {seed}: one of the nearest goes");
            Assert.True(
                guests.Count(g => g.BroughtMs >= gone.BroughtMs) > 4, $"seed {seed}: one of the most useful goes");
            // At most sixteen are kept for other reasons, and half of the rest for this one.
            Assert.True(guests.Count(g => g.OpenedMs <= gone.OpenedMs) > 22, $"seed {seed}: one of the oldest goes");
        }
    }

    [Fact]
    public void Core_WithAsManyStreamsAsItHasRoomFor_EndsOneForAnother()
    {
        var bench = new CoreBench();
        var first = bench.Greeted(1);
        var peer = 2;
        for (; bench.Core.SessionCount < 80; peer++)
        {
            bench.Wait(10);
            bench.Open(peer);
        }
        bench.Wait(10);
        var (last, outputs) = bench.Open(peer);

        Assert.Equal(80, bench.Core.SessionCount);
        var closed = Assert.Single(outputs.OfType<CoreOutput.Close>());
        Assert.NotEqual(first, closed.Session);
        Assert.NotEqual(last, closed.Session);
    }
}
