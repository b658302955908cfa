using WeightSwarm.IntegrationTests.Daemon.Clients;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Stock BitTorrent clients download from our daemons, and our daemons from them.</summary>
public sealed class StockClientTests(StockClientTests.Fixture fixture) : IClassFixture<StockClientTests.Fixture>
{
    private const string Model = "org/model";

    private readonly Swarm _swarm = fixture.Swarm;

    /// <summary>A model in place on one node and preserved in the donation of another.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal Swarm Swarm { get; private set; } = null!;

        internal string Torrent => Swarm.At("model.torrent");

        /// <summary>For clients that cannot read a hybrid.</summary>
        internal string Version1 => Swarm.At("model-v1.torrent");

        public async Task InitializeAsync()
        {
            Swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
            await Swarm.DonateAsync(1, "50MB");
            await Swarm
                .AddAsync(0, ModelFolder.Make(Swarm.At("model"), seed: 1, shards: 3, 3 * ModelFolder.MiB), Model);
            await Swarm.HasCopiesAsync(Swarm[1], Model, 2);
            await Swarm[1].AskAsync("show", Model, "--torrent", Torrent);
            await Swarm[1].AskAsync("show", Model, "--v1", "--torrent", Version1);
        }

        public async Task DisposeAsync() => await Swarm.DisposeAsync();
    }

    [Fact]
    public async Task Libtorrent_WithTheTorrent_FetchesFromADonation()
    {
        var versions = await StockClient.FetchAsync(fixture.Torrent, _swarm.At("lt"), _swarm[1].TorrentPort);
        Assert.Equal("v1 v2", versions);
        AssertFetched("lt");
    }

    [Fact]
    public async Task Libtorrent_WithTheMagnetLink_FetchesFromTheAdder()
    {
        var magnet = (await _swarm[1].AskAsync("show", Model)).GetProperty("magnet").GetString()!;
        await StockClient.FetchAsync(magnet, _swarm.At("lt-magnet"), _swarm[0].TorrentPort);
        AssertFetched("lt-magnet");
    }

    [Fact]
    public async Task Libtorrent_ThatKnowsTheVersion2HashAlone_Fetches()
    {
        var show = await _swarm[1].AskAsync("show", Model);
        var hash = show.GetProperty("model").GetProperty("info_hash_v2").GetString();
        await StockClient.FetchAsync($"magnet:?xt=urn:btmh:1220{hash}", _swarm.At("lt-v2"), _swarm[1].TorrentPort);
        AssertFetched("lt-v2");
    }

    [Fact]
    public async Task Aria2_Fetches()
    {
        var folder = Directory.CreateDirectory(_swarm.At("aria2")).FullName;
        await using var tracker = new Tracker(_swarm[1].TorrentPort);
        var result = await RunResult.OfAsync(
            "aria2c",
            [
                "--no-conf", "--seed-time=0", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false",
                "--enable-peer-exchange=false", "--file-allocation=none", "--interface=127.0.0.1",
                $"--bt-tracker={tracker.Url}", $"--dir={folder}", fixture.Version1,
            ],
            _swarm.At());
        result.Succeeded();
        AssertFetched("aria2");
    }

    [Fact]
    public async Task Node_WithoutAnyOtherSource_FetchesFromAStockClient()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 2, shards: 3, 3 * ModelFolder.MiB);
        var added = await swarm.AddAsync(0, folder, "org/other");
        var torrent = swarm.At("other.torrent");
        await swarm.UntilAsync(
            async () =>
                (await swarm[1].RunAsync("show", "org/other", "--torrent", torrent)).ExitCode == 0, "the .torrent");
        // The only holder is gone before there is a place for a second copy.
        await swarm[0].KillAsync();
        await swarm.DonateAsync(1, "50MB");
        var seeds = Directory.CreateDirectory(swarm.At("seeds")).FullName;
        Directory.Move(folder, Path.Combine(seeds, NameIn(torrent)));
        await using var seeder = await StockClient.SeedAsync(torrent, seeds, swarm[1].TorrentPort);

        var slices = added.GetProperty("model").GetProperty("slices").GetInt32();
        await swarm.UntilAsync(
            async () =>
                await Swarm.SlicesHeldAsync(swarm[1]) == slices, "every slice from the stock client", "org/other");
        await swarm[1].AskAsync("restore", "org/other", swarm.At("restored"));
        ModelFolder.AssertSame(Path.Combine(seeds, NameIn(torrent)), swarm.At("restored"));
    }

    /// <summary>Every file is there, bit by bit; clients may add padding files and leave out empty ones.</summary>
    private void AssertFetched(string client)
    {
        var folder = Path.Combine(_swarm.At(client), NameIn(fixture.Torrent));
        var found = ModelFolder.Fingerprint(folder);
        Assert.DoesNotContain(ModelFolder.Fingerprint(_swarm.At("model")), file =>
            !found.Contains(file) && !IsEmptyFile(file));
    }

    private static bool IsEmptyFile(string fingerprint) =>
        fingerprint
            .EndsWith("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", StringComparison.Ordinal);

    private static string NameIn(string torrent) =>
        WeightSwarm.Core.Catalogue.Metainfo.Parse(File.ReadAllBytes(torrent)).Metainfo!.Name;
}
