using System.Net;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

public sealed class LibtorrentEngineTests : TorrentEngineContract
{
    protected override async Task<ITorrentEngine> CreateAsync() => await LibtorrentEngine.CreateAsync(
        new TorrentEngineOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TouchesTheInternet = false });
}
