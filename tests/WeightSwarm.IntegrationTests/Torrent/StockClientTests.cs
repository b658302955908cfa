using System.Globalization;
using System.Net;
using System.Text;
using WeightSwarm.Tests.Support;
using WeightSwarm.Tests.Torrent;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Torrent;

/// <summary>Our engine and clients that people use, over 127.0.0.1.</summary>
public sealed class StockClientTests : IAsyncLifetime
{
    private readonly TestTorrent _torrent = TestTorrent.Make(seed: 7, "model", 64 * 1024,
        ("config.json", 900), ("empty.txt", 0), ("nested/tokenizer.bin", 200_000), ("weights.safetensors", 3_000_000));
    private readonly TempFolder _folder = new();
    private string _v1Key = "";
    private readonly List<EngineProbe> _engines = [];

    public async Task InitializeAsync()
    {
        _engines.Add(new EngineProbe(await LibtorrentEngine.CreateAsync(new TorrentEngineOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            TouchesTheInternet = false,
        })));
        await File.WriteAllBytesAsync(TorrentFile, _torrent.Metainfo);
    }

    public async Task DisposeAsync()
    {
        await Engine.DisposeAsync();
        _folder.Delete();
    }

    [Fact]
    public async Task Libtorrent_FetchesFromUs()
    {
        await SeedAsync();
        await using var peer = await StartLibtorrentAsync(_folder.Make("theirs"));

        await peer.Program.TellAsync($"connect {Engine.Engine.ListenPort}");
        await peer.Program.LineAsync("finished");

        AssertSameFiles(_folder.Make("theirs"));
    }

    [Fact]
    public async Task Libtorrent_ServesUs()
    {
        _torrent.WriteTo(_folder.Make("theirs"));
        await using var peer = await StartLibtorrentAsync(_folder.Make("theirs"));
        await peer.Program.LineAsync("finished");
        await Engine.AddAndCheckAsync(Spec("ours"));

        await Engine.Engine.ConnectPeerAsync(_torrent.Key, new IPEndPoint(IPAddress.Loopback, peer.Port), default);
        await Engine.WaitForAsync<TorrentFinished>("all pieces");
        await Engine.Engine.FlushAsync(_torrent.Key, default);

        AssertSameFiles(_folder.Make("ours"));
    }

    [Fact]
    public async Task Aria2_FetchesV1FromUs()
    {
        await SeedV1OnlyAsync();
        var port = OtherProgram.FreePort();
        await using var aria2 = OtherProgram.Start("aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false",
            "--bt-enable-lpd=false", "--enable-peer-exchange=false", "--interface=127.0.0.1", "--seed-time=0",
            "--summary-interval=0", "--file-allocation=none", "--allow-overwrite=true", $"--listen-port={port}",
            $"--dir={_folder.Make("theirs")}", TorrentFile);
        await aria2.ListensOnAsync(port);

        await Engine.Engine.ConnectPeerAsync(_v1Key, new IPEndPoint(IPAddress.Loopback, port), default);
        await aria2.ExitAsync();

        AssertSameFiles(_folder.Make("theirs"));
    }

    [Fact]
    public async Task Transmission_FetchesV1FromUs()
    {
        await SeedV1OnlyAsync();
        var port = OtherProgram.FreePort();
        var home = _folder.Make("transmission");
        await File.WriteAllTextAsync(Path.Combine(home, "settings.json"), """
            {"dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
             "port-forwarding-enabled": false, "bind-address-ipv4": "127.0.0.1", "bind-address-ipv6": "::1"}
            """);
        await using var transmission = OtherProgram.Start("transmission-cli", "-g", home, "-w", _folder.Make("theirs"),
            "-p", port.ToString(CultureInfo.InvariantCulture), "-M", TorrentFile);
        await transmission.ListensOnAsync(port);

        await Engine.Engine.ConnectPeerAsync(_v1Key, new IPEndPoint(IPAddress.Loopback, port), default);
        await WaitForFilesAsync(_folder.Make("theirs"), transmission);
    }

    private EngineProbe Engine => _engines[0];

    private string TorrentFile => Path.Combine(_folder.FullPath, "model.torrent");

    private TorrentSpec Spec(string folder) => new()
    {
        Metainfo = _torrent.Metainfo,
        SaveFolder = _folder.Make(folder),
    };

    private async Task SeedAsync()
    {
        _torrent.WriteTo(_folder.Make("ours"));
        await Engine.AddAndCheckAsync(Spec("ours") with { ReadOnly = true });
    }

    // aria2 before 1.37 and Transmission before 4.0 cannot read the empty names in a hybrid's file tree. So they are
    // given what the hybrid says to v1 clients, and nothing else; its info-hash is another one.
    private async Task SeedV1OnlyAsync()
    {
        var metainfo = V1Only(_torrent.Metainfo);
        await File.WriteAllBytesAsync(TorrentFile, metainfo);
        _torrent.WriteTo(_folder.Make("ours"));
        _v1Key = await Engine.AddAndCheckAsync(Spec("ours") with { Metainfo = metainfo, ReadOnly = true });
        Assert.Equal(40, _v1Key.Length);
    }

    private static byte[] V1Only(byte[] hybrid)
    {
        var text = Encoding.Latin1.GetString(hybrid);
        text = Cut(text, from: "9:file tree", to: "5:filesl");
        text = Cut(text, from: "12:meta version", to: "4:name");
        return Encoding.Latin1.GetBytes(Cut(text, from: "12:piece layers", to: null));
    }

    private static string Cut(string text, string from, string? to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal);
        var end = to is null ? text.Length - 1 : text.IndexOf(to, start, StringComparison.Ordinal);
        return text.Remove(start, end - start);
    }

    private async Task<LibtorrentPeer> StartLibtorrentAsync(string folder)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Torrent", "libtorrent_peer.py");
        var program = OtherProgram.Start("/usr/bin/python3", script, TorrentFile, folder);
        var port = int.Parse((await program.LineAsync("port ")).Split(' ')[1], CultureInfo.InvariantCulture);
        return new LibtorrentPeer(program, port);
    }

    // transmission-cli goes on seeding and says so with control characters; its files are the better witness.
    private Task WaitForFilesAsync(string folder, OtherProgram program) => Eventually.True(
        () => WrongFile(folder) is null, TimeSpan.FromSeconds(60),
        () => $"{WrongFile(folder)} is missing or differs. Said: {program.Said}. {string.Join("; ", Engine.Events)}");

    private void AssertSameFiles(string folder) => Assert.Null(WrongFile(folder));

    private string? WrongFile(string folder) => _torrent.Files.Where(file => file.Value.Length > 0)
        .FirstOrDefault(file => !File.Exists(_torrent.PathOf(folder, file.Key))
            || !File.ReadAllBytes(_torrent.PathOf(folder, file.Key)).AsSpan().SequenceEqual(file.Value)).Key;

    private sealed record LibtorrentPeer(OtherProgram Program, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Program.DisposeAsync();
    }
}
