using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>The contract, and what is libtorrent's own.</summary>
public sealed class LibtorrentEngineTests : TorrentEngineContract
{
    private static readonly TorrentEngineOptions Options = new()
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        TouchesTheInternet = false,
    };

    [Fact]
    public async Task Create_PortTaken_NamesTheAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = (IPEndPoint)taken.LocalEndpoint;

        var error = await Assert.ThrowsAsync<TorrentEngineException>(
            () => LibtorrentEngine.CreateAsync(Options with { Listen = address }));

        Assert.Contains(address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_AddressOfAnotherMachine_IsRefused()
    {
        var address = new IPEndPoint(IPAddress.Parse("203.0.113.77"), 0);

        var error = await Assert.ThrowsAsync<TorrentEngineException>(
            () => LibtorrentEngine.CreateAsync(Options with { Listen = address }));

        Assert.Contains("203.0.113.77", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_InternetOnLoopback_IsRefused()
    {
        await Assert.ThrowsAsync<TorrentEngineException>(
            () => LibtorrentEngine.CreateAsync(Options with { TouchesTheInternet = true }));
    }

    [Fact]
    public async Task Create_WithASettingThatIsNone_NamesIt()
    {
        var error = await Assert.ThrowsAsync<TorrentEngineException>(
            () => LibtorrentEngine.CreateAsync(Options with { Settings = ["aio_threads=2", "no_such_thing=1"] }));

        Assert.Contains("no_such_thing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithSavedState_Starts()
    {
        byte[] state;
        await using (var first = await LibtorrentEngine.CreateAsync(Options with { PrivateDht = true }))
            state = await first.SaveStateAsync(default);

        await using var second = await LibtorrentEngine.CreateAsync(
            Options with { PrivateDht = true, SavedState = state });

        Assert.NotEmpty(state);
        Assert.NotEqual(0, second.ListenPort);
    }

    [Fact]
    public async Task Calls_AfterDispose_AreRefused()
    {
        var engine = await LibtorrentEngine.CreateAsync(Options);
        await engine.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.GetStatusAsync(Torrent.Key, default));
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Add_HybridWithoutV1Pieces_IsRefused()
    {
        // libtorrent 2.0.8 would read out of bounds.
        await using var engine = await LibtorrentEngine.CreateAsync(Options);
        var spec = new TorrentSpec
        {
            Metainfo = Edit("6:pieces", keepsKey: false, insert: ""),
            SaveFolder = Path.GetTempPath(),
        };

        var error = await Assert.ThrowsAsync<TorrentEngineException>(() => engine.AddAsync(spec, default));

        Assert.Contains("pieces", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_MetainfoThatRefersToOtherTorrents_IsRefused()
    {
        // libtorrent would hard-link the other torrents' files.
        var metainfo = Edit("6:pieces", keepsKey: true, insert: $"7:similarl20:{new string('x', 20)}e");

        var error = Assert.Throws<TorrentEngineException>(() => LibtorrentMetainfo.Describe(metainfo));

        Assert.Contains("similar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_Everything_MapsNoFileAndRemoveClosesAll()
    {
        var folder = new TempFolder();
        await using var seeder = new EngineProbe(await CreateAsync());
        await using var leecher = new EngineProbe(await CreateAsync());
        Torrent.WriteTo(folder.Make("seeder"));
        await seeder.AddAndCheckAsync(SpecIn(folder.Make("seeder")));
        await leecher.AddAndCheckAsync(SpecIn(folder.Make("leecher")));
        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");

        var mapped = await File.ReadAllTextAsync("/proc/self/maps");
        await seeder.Engine.RemoveAsync(Torrent.Key, default);
        await leecher.Engine.RemoveAsync(Torrent.Key, default);
        var open = new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Select(static file => file.LinkTarget);

        Assert.DoesNotContain(folder.FullPath, mapped, StringComparison.Ordinal);
        Assert.DoesNotContain(open, file => file?.StartsWith(folder.FullPath, StringComparison.Ordinal) == true);
        folder.Delete();
    }

    [Fact]
    public async Task Fetch_Everything_LeavesTheRuntimesSignalsAlone()
    {
        // libtorrent's mapped files would replace the handler of SIGSEGV, and with it null references.
        await Fetch_Everything_WritesTheSameFiles();

        Assert.Throws<NullReferenceException>(static () => { LengthOf(null!); });
    }

    [Fact]
    public async Task Peers_WhileConnected_ShowTheOther()
    {
        var folder = new TempFolder();
        await using var seeder = new EngineProbe(await CreateAsync());
        await using var leecher = await LibtorrentEngine.CreateAsync(Options);
        Torrent.WriteTo(folder.Make("seeder"));
        await seeder.AddAndCheckAsync(SpecIn(folder.Make("seeder")));
        var key = await leecher.AddAsync(SpecIn(folder.Make("leecher")), default);
        await leecher.SetTorrentLimitsAsync(key, 0, 10_000, default);
        await leecher.ConnectPeerAsync(key, seeder.Address, default);
        await foreach (var what in leecher.ReadEventsAsync(default))
            if (what is PieceVerified)
                break;

        var peers = await leecher.GetPeersAsync(key, default);
        var priorities = await leecher.GetPiecePrioritiesAsync(key, default);

        var peer = Assert.Single(peers!);
        Assert.Equal(seeder.Address, peer.Address);
        Assert.Equal("WeightSwarm/0.1.0", peer.Client);
        Assert.All(priorities!, static priority => Assert.Equal(4, priority));
        await seeder.Engine.RemoveAsync(key, default);
        await leecher.RemoveAsync(key, default);
        Assert.Null(await leecher.GetPeersAsync(key, default));
        folder.Delete();
    }

    protected override async Task<ITorrentEngine> CreateAsync() => await LibtorrentEngine.CreateAsync(Options);

    private TorrentSpec SpecIn(string folder) => new() { Metainfo = Torrent.Metainfo, SaveFolder = folder };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string text) => text.Length;

    // The metainfo with one string of its info dictionary left out or kept, and something put after it.
    private byte[] Edit(string name, bool keepsKey, string insert)
    {
        var at = Torrent.Metainfo.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name));
        var rest = Torrent.Metainfo.AsSpan(at + name.Length);
        var colon = rest.IndexOf((byte)':');
        var length = int.Parse(rest[..colon], CultureInfo.InvariantCulture);
        var end = at + name.Length + colon + 1 + length;
        var head = Torrent.Metainfo[..(keepsKey ? end : at)];
        return [.. head, .. Encoding.ASCII.GetBytes(insert), .. Torrent.Metainfo[end..]];
    }
}
