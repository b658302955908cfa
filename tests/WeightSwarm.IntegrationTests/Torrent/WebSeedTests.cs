using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using WeightSwarm.Tests.Torrent;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Torrent;

/// <summary>Fetching over HTTP (BEP 19).</summary>
public sealed class WebSeedTests
{
    [Fact]
    public async Task AddWebSeed_ServerHasTheFiles_FetchesThem()
    {
        var torrent = TestTorrent.Typical(seed: 9);
        var folder = new TempFolder();
        torrent.WriteTo(folder.Make("server"));
        await using var server = await StartServerAsync(folder.Make("server"));
        var engine = await LibtorrentEngine.CreateAsync(new TorrentEngineOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            TouchesTheInternet = false,
        });
        await using var probe = new EngineProbe(engine);
        await probe.AddAndCheckAsync(new TorrentSpec { Metainfo = torrent.Metainfo, SaveFolder = folder.Make("ours") });

        await engine.AddWebSeedAsync(torrent.Key, new Uri(server.Urls.Single() + "/"), default);
        await probe.WaitForAsync<TorrentFinished>("all pieces");
        await engine.FlushAsync(torrent.Key, default);

        foreach (var (path, content) in torrent.Files)
            Assert.Equal(content, await File.ReadAllBytesAsync(torrent.PathOf(folder.Make("ours"), path)));
        folder.Delete();
    }

    private static async Task<WebApplication> StartServerAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.MapGet("/{**path}", (string path) =>
            Results.File(Path.Combine(folder, path), enableRangeProcessing: true));
        await server.StartAsync();
        return server;
    }
}
