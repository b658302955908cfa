using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Replication;
using WeightSwarm.Tests.Support;
using WeightSwarm.Tests.Torrent;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Origins;

/// <summary>A real engine, the daemon's shim and an origin, without a daemon around them.</summary>
internal sealed class OriginRig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly WebSeedShim _shim;
    private readonly OriginLink _link;

    private OriginRig(TestTorrent torrent, OriginUnderTest origin, ITorrentEngine engine)
    {
        (Torrent, Origin, Probe) = (torrent, origin, new EngineProbe(engine));
        var options = new DaemonOptions { StateFolder = _folder.Make("state"), Listen = IPAddress.Loopback };
        Book = new OriginBook(options, new Clock(TimeProvider.System), NullLogger<OriginBook>.Instance)
        {
            Pace = Pace.Drill,
        };
        _shim = new WebSeedShim(Book);
        _link = new OriginLink(Book, _shim, engine);
        Content = ContentOf(torrent, origin.Url);
    }

    public TestTorrent Torrent { get; }
    public OriginUnderTest Origin { get; }
    public EngineProbe Probe { get; }
    public OriginBook Book { get; }
    public ModelContent Content { get; }

    public string Folder => _folder.Make("ours");

    public static async Task<OriginRig> StartAsync(Misbehaviour misbehave, string name = "model", int seed = 5)
    {
        var torrent = TestTorrent.Make(seed, name, 128 << 10, ("a b#c%20/config.json", 700), ("empty.txt", 0),
            ("weights-1.bin", 1_300_000), ("weights-2.bin", 900_001));
        return await StartAsync(
            torrent, await OriginUnderTest.StartAsync(path => torrent.Files.GetValueOrDefault(path), misbehave));
    }

    public static async Task<OriginRig> StartAsync(TestTorrent torrent, OriginUnderTest origin)
    {
        var rig = new OriginRig(torrent, origin, await EngineAsync());
        await rig._shim.StartAsync(default);
        await rig.Probe.AddAndCheckAsync(new TorrentSpec { Metainfo = torrent.Metainfo, SaveFolder = rig.Folder });
        return rig;
    }

    public static Task<LibtorrentEngine> EngineAsync() => LibtorrentEngine.CreateAsync(new TorrentEngineOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        TouchesTheInternet = false,
    });

    /// <summary>Tends the link, as the daemon does, until something holds.</summary>
    public Task UntilAsync(Func<bool> condition, string what) => Eventually.True(
        async () =>
        {
            await _link.TendAsync(Torrent.Key, Content, wanted: true, default);
            return condition();
        },
        Patience, () => $"no {what}; {Probe.Verified(Torrent.Key).Count} of {Torrent.Pieces} pieces; "
            + $"{Book.Describe(Content.Entry)}; {string.Join(", ", Book.Warnings)}\n"
            + string.Join('\n', Origin.Log.TakeLast(30)));

    public async Task FinishesAsync()
    {
        await UntilAsync(() => Probe.Events.OfType<TorrentFinished>().Any(), "end");
        await Probe.Engine.FlushAsync(Torrent.Key, default);
        foreach (var (path, content) in Torrent.Files.Where(file => file.Value.Length > 0))
            Assert.Equal(content, await File.ReadAllBytesAsync(Torrent.PathOf(Folder, path)));
    }

    /// <summary>A new path into the shim, as an engine would be given one.</summary>
    public Uri OpenDoor() => _shim.UrlOf(Book.Open(Content)!);

    public async ValueTask DisposeAsync()
    {
        await Probe.DisposeAsync();
        await _shim.StopAsync(default);
        await _shim.DisposeAsync();
        Book.Dispose();
        await Origin.DisposeAsync();
        _folder.Delete();
    }

    private static ModelContent ContentOf(TestTorrent torrent, string origin)
    {
        var metainfo = Metainfo.Parse(torrent.Metainfo).Metainfo!;
        var manifest = Manifest.Of(metainfo, [.. metainfo.Files.Select(f => Hash256.Of(torrent.Files[f.Path]))]);
        var entry = new Entry
        {
            ModelId = metainfo.InfoHashV2,
            Model = "org/model",
            Revision = "r",
            InfoHashV1 = metainfo.InfoHashV1,
            ManifestHash = manifest.Hash,
            MetainfoHash = Hash256.Of(torrent.Metainfo),
            MetainfoBytes = torrent.Metainfo.Length,
            PieceLength = metainfo.PieceLength,
            Pieces = metainfo.Pieces,
            PiecesPerSlice = metainfo.Pieces,
            Bytes = metainfo.Bytes,
            Files = metainfo.Files.Length,
            Licence = "MIT",
            SliceLeaves = ImmutableArray.Create((int)(metainfo.Bytes >> 14) + metainfo.Files.Length),
            Origin = origin,
        };
        return new ModelContent(entry, manifest, metainfo);
    }
}
