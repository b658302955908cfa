using System.Diagnostics;
using System.Net;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Torrent;

/// <summary>The mainline DHT among engines of one machine.</summary>
public sealed class DhtTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Lookup_AnotherNodeAnnounced_FindsIt()
    {
        var engines = new List<LibtorrentEngine>();
        try
        {
            for (var i = 0; i < 3; i++)
                engines.Add(await LibtorrentEngine.CreateAsync(new TorrentEngineOptions
                {
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    TouchesTheInternet = false,
                    PrivateDht = true,
                }));
            // Everybody knows the first; the others find each other through it.
            foreach (var engine in engines.Skip(1))
                await engine.AddDhtNodeAsync(new IPEndPoint(IPAddress.Loopback, engines[0].ListenPort), default);
            var key = Enumerable.Range(0, 20).Select(static i => (byte)(i * 11)).ToArray();

            var found = await AnnounceUntilFoundAsync(engines, key);

            Assert.Equal(new IPEndPoint(IPAddress.Loopback, 4711), Assert.Single(found));
        }
        finally
        {
            foreach (var engine in engines)
                await engine.DisposeAsync();
        }
    }

    [Fact]
    public async Task Lookup_NobodyAnnounced_EndsEmpty()
    {
        await using var engine = await LibtorrentEngine.CreateAsync(new TorrentEngineOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            TouchesTheInternet = false,
            PrivateDht = true,
        });

        Assert.Empty(await engine.DhtLookupAsync(new byte[20], TimeSpan.FromMilliseconds(200), default));
    }

    [Fact]
    public async Task MapPort_OnLoopback_AsksNobody()
    {
        await using var engine = await LibtorrentEngine.CreateAsync(new TorrentEngineOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            TouchesTheInternet = false,
        });

        Assert.Null(await engine.MapPortAsync(4711, TimeSpan.FromSeconds(60), default));
    }

    // An announce goes to the nodes that are known by then, so it is repeated, as a daemon repeats it.
    private static async Task<IReadOnlyList<IPEndPoint>> AnnounceUntilFoundAsync(
        List<LibtorrentEngine> engines, ReadOnlyMemory<byte> key)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < Patience)
        {
            await engines[1].DhtAnnounceAsync(key, 4711, default);
            var found = await engines[2].DhtLookupAsync(key, TimeSpan.FromSeconds(2), default);
            if (found.Count > 0)
                return found;
        }
        return [];
    }
}
