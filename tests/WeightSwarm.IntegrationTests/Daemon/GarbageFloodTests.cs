using System.Globalization;
using System.Net;
using System.Text.Json;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Hostile;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// Peers of every hostile kind against one daemon, while two others go on gossiping through it. How much processor time
/// that costs is printed, and measured by <c>tests/bench flood</c>; here it must be survived.
/// </summary>
[Collection(Alone.Name)]
public sealed class GarbageFloodTests(ITestOutputHelper output)
{
    private const int Seed = 20_270_401;
    private const int PeersOfEachKind = 2, BytesPerSecond = 10_000_000;
    private const long MostGrowth = 64L << 20;

    [Fact]
    public async Task Daemon_UnderAFloodOfGarbage_BansItAndServesTheHonest()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 1);
        var victim = swarm[0];
        var peers = Peers(victim, Invite.Parse(await swarm.InviteAsync(), out _)!.Network);
        await HonestRecordArrives(swarm, 1, 16);
        var (memory, cpu) = (Resident(victim), CpuSeconds(victim));
        using var stop = new CancellationTokenSource();
        var attack = Task.WhenAll(peers.Select(p => p.RunAsync(stop.Token)));
        var started = TimeProvider.System.GetTimestamp();
        var known = peers.Where(p => p.ShowsItself).Select(p => p.Id.ToString()).ToHashSet();
        await swarm.UntilAsync(
            async () => Bans(await victim.AskAsync("peers")).IsSupersetOf(known), "every hostile peer to be banned");
        output.WriteLine($"banned after {Seconds(started)} s");
        // Under the flood, and through the victim: the other two are its neighbours.
        for (var round = 0; round < 3; round++)
            await HonestRecordArrives(swarm, 1 + round % 2, 32 << round);
        output.WriteLine(
            $"{peers.Sum(p => p.BytesSent) >> 20} MiB sent in {Seconds(started)} s over " +
            $"{peers.Sum(p => p.Connections)} connections; " +
            $"the victim took {CpuSeconds(victim) - cpu:F1} s of processor");
        var growth = Resident(victim) - memory;
        output.WriteLine($"resident memory grew by {growth >> 20} MiB");
        await stop.CancelAsync();
        await attack;
        Assert.True(victim.IsRunning, victim.LogTail);
        Assert.True(growth < MostGrowth, $"resident memory grew by {growth >> 20} MiB");
        var bans = Bans(await victim.AskAsync("peers"));
        Assert.Empty(bans.Except(known));
        foreach (var peer in peers) peer.Dispose();
    }

    /// <summary>A restart is no amnesty: who was banned gets no second try.</summary>
    [Fact]
    public async Task Ban_OutlivesAKilledDaemon()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        var victim = swarm[0];
        var network = Invite.Parse(await swarm.InviteAsync(), out _)!.Network;
        var address = new IPEndPoint(IPAddress.Loopback, victim.GossipPort);
        using var peer = new HostilePeer(
            address, network, Garbage.ForgedRecords, Seed, BytesPerSecond, Eventually.Every);
        using var stop = new CancellationTokenSource();
        var attack = peer.RunAsync(stop.Token);
        await swarm.UntilAsync(
            async () => Bans(await victim.AskAsync("peers")).Contains(peer.Id.ToString()), "the peer to be banned");
        await stop.CancelAsync();
        await attack;

        await victim.KillAsync();
        await victim.StartAgainAsync();
        Assert.Equal([peer.Id.ToString()], Bans(await victim.AskAsync("peers")));
    }

    private static List<HostilePeer> Peers(DaemonProcess victim, NetworkId network)
    {
        var address = new IPEndPoint(IPAddress.Loopback, victim.GossipPort);
        var seed = Seed;
        return [.. Enum.GetValues<Garbage>().SelectMany(kind => Enumerable.Range(0, PeersOfEachKind).Select(_ =>
            new HostilePeer(address, network, kind, seed++, BytesPerSecond, Eventually.Every)))];
    }

    /// <summary>A donation of a new size is a new record of its node; it is awaited at every other node.</summary>
    private static async Task HonestRecordArrives(Swarm swarm, int author, int mebibytes)
    {
        await swarm.DonateAsync(author, $"{mebibytes}MiB");
        var said = (await swarm[author].AskAsync("status")).GetProperty("node_id").GetString()!;
        var others = Enumerable.Range(0, 3).Where(n => n != author);
        await swarm.UntilAsync(async () =>
        {
            foreach (var node in others)
                if (!Donates(await swarm[node].AskAsync("peers"), said, mebibytes)) return false;
            return true;
        }, $"node {author} to be seen donating {mebibytes} MiB");
    }

    private static bool Donates(JsonElement reply, string node, int mebibytes) =>
        reply.GetProperty("peers").EnumerateArray().Any(p =>
            p.GetProperty("node_id").GetString() == node &&
            p.GetProperty("donated_bytes").GetInt64() == (long)mebibytes << 20);

    private static HashSet<string> Bans(JsonElement reply) =>
        [.. reply.GetProperty("bans").EnumerateArray().Select(b => b.GetProperty("node_id").GetString()!)];

    private static long Resident(DaemonProcess daemon)
    {
        var line = File.ReadLines($"/proc/{daemon.Pid}/status")
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
    }

    private static double CpuSeconds(DaemonProcess daemon)
    {
        var fields = File.ReadAllText($"/proc/{daemon.Pid}/stat").Split(") ")[1].Split(' ');
        return fields[11..13].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / 100.0;
    }

    private static string Seconds(long started) =>
        TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
}
