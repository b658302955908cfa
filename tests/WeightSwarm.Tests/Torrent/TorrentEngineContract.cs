using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>What every <see cref="ITorrentEngine"/> does. One class per implementation runs it.</summary>
public abstract partial class TorrentEngineContract : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<EngineProbe> _probes = [];

    protected TorrentEngineContract() => Torrent = TestTorrent.Typical(seed: 20);

    private protected TestTorrent Torrent { get; }

    /// <summary>An engine on 127.0.0.1 that can reach the other engines of the same test.</summary>
    protected abstract Task<ITorrentEngine> CreateAsync();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var probe in _probes)
            await probe.DisposeAsync();
        _folder.Delete();
    }

    private async Task<EngineProbe> StartAsync()
    {
        var probe = new EngineProbe(await CreateAsync());
        _probes.Add(probe);
        return probe;
    }

    private async Task<EngineProbe> StartSeederAsync(string folder = "seeder")
    {
        Torrent.WriteTo(_folder.Make(folder));
        var seeder = await StartAsync();
        await seeder.AddAndCheckAsync(Spec(folder) with { ReadOnly = true });
        return seeder;
    }

    private TorrentSpec Spec(string folder) => new()
    {
        Metainfo = Torrent.Metainfo,
        SaveFolder = _folder.Make(folder),
    };

    private byte[] Priorities(params int[] wanted)
    {
        var priorities = new byte[Torrent.Pieces];
        foreach (var piece in wanted)
            priorities[piece] = 1;
        return priorities;
    }

    private bool[] Pieces(params int[] here)
    {
        var pieces = new bool[Torrent.Pieces];
        foreach (var piece in here)
            pieces[piece] = true;
        return pieces;
    }

    private void AssertSameFiles(string folder)
    {
        foreach (var (path, content) in Torrent.Files)
            Assert.True(File.ReadAllBytes(Torrent.PathOf(folder, path)).AsSpan().SequenceEqual(content), path);
    }
}
