using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>Makes engines whose disk has faults.</summary>
internal sealed class FaultyEngines(Faults faults) : IEngineFactory
{
    public ITorrentEngine Create(TorrentEngineOptions options) =>
        new FaultyEngine(new LibtorrentFactory().Create(options), faults);
}

/// <summary>
/// The daemon's own engine, but for what its disk refuses: as the contract has it, a refused write is told once, and
/// stops the torrent until it is added anew.
/// </summary>
internal sealed class FaultyEngine(ITorrentEngine engine, Faults faults) : ITorrentEngine
{
    private readonly ConcurrentDictionary<string, Added> _torrents = new();
    private readonly ConcurrentDictionary<string, long> _stopped = new();

    private sealed record Added(Metainfo Metainfo, string Folder, long Addition);

    public int ListenPort => engine.ListenPort;

    public async IAsyncEnumerable<TorrentEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var all = Channel.CreateUnbounded<TorrentEvent>();
        faults.Tell = happened => all.Writer.TryWrite(happened);
        var reading = PumpAsync(all.Writer, cancellation);
        await foreach (var happened in all.Reader.ReadAllAsync(cancellation))
        {
            if (happened is not PieceVerified piece)
            {
                yield return happened;
                continue;
            }
            if (IsStopped(piece)) continue;
            // What comes late, of a torrent that was removed meanwhile, is not a write any more.
            if (faults.Write == WriteFault.None || !_torrents.TryGetValue(piece.Key, out var torrent)
                || torrent.Addition != piece.Addition)
            {
                yield return happened;
                continue;
            }
            _stopped[piece.Key] = piece.Addition;
            faults.CountWrite();
            yield return ErrorOf(piece, torrent);
        }
        await reading;
    }

    private async Task PumpAsync(ChannelWriter<TorrentEvent> all, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in engine.ReadEventsAsync(cancellation))
                await all.WriteAsync(happened, cancellation);
        }
        finally
        {
            all.Complete();
        }
    }

    public async Task<string> AddAsync(TorrentSpec spec, CancellationToken cancellation)
    {
        var key = await engine.AddAsync(spec, cancellation);
        if (Metainfo.Parse(spec.Metainfo.ToArray()).Metainfo is { } metainfo)
            _torrents[key] = new Added(metainfo, spec.SaveFolder, spec.Addition);
        return key;
    }

    public Task RemoveAsync(string key, CancellationToken cancellation)
    {
        _torrents.TryRemove(key, out _);
        _stopped.TryRemove(key, out _);
        return engine.RemoveAsync(key, cancellation);
    }

    public Task FlushAsync(string key, CancellationToken cancellation)
    {
        if (_stopped.ContainsKey(key)) throw new TorrentEngineException($"a file error stopped the torrent {key}");
        if (faults.Flush is not { } fault) return engine.FlushAsync(key, cancellation);
        faults.CountFlush();
        throw fault();
    }

    public Task SetPiecePrioritiesAsync(
        string key, ReadOnlyMemory<byte> priorities, CancellationToken cancellation) =>
        engine.SetPiecePrioritiesAsync(key, priorities, cancellation);

    public Task SetPieceDeadlineAsync(string key, int piece, TimeSpan deadline, CancellationToken cancellation) =>
        engine.SetPieceDeadlineAsync(key, piece, deadline, cancellation);

    public Task ConnectPeerAsync(string key, IPEndPoint peer, CancellationToken cancellation) =>
        engine.ConnectPeerAsync(key, peer, cancellation);

    public Task AddWebSeedAsync(string key, Uri url, CancellationToken cancellation) =>
        engine.AddWebSeedAsync(key, url, cancellation);

    public Task RemoveWebSeedAsync(string key, Uri url, CancellationToken cancellation) =>
        engine.RemoveWebSeedAsync(key, url, cancellation);

    public Task<TorrentStatus?> GetStatusAsync(string key, CancellationToken cancellation) =>
        engine.GetStatusAsync(key, cancellation);

    public async Task<bool[]?> GetPiecesAsync(string key, CancellationToken cancellation)
    {
        var pieces = await engine.GetPiecesAsync(key, cancellation);
        return pieces is not null && key == faults.Checking ? new bool[pieces.Length] : pieces;
    }

    public Task<byte[]> SaveResumeDataAsync(string key, CancellationToken cancellation) =>
        engine.SaveResumeDataAsync(key, cancellation);

    public Task RecheckAsync(string key, CancellationToken cancellation) => engine.RecheckAsync(key, cancellation);

    public Task SetLimitsAsync(
        int uploadBytesPerSecond, int downloadBytesPerSecond, CancellationToken cancellation) =>
        engine.SetLimitsAsync(uploadBytesPerSecond, downloadBytesPerSecond, cancellation);

    public Task<IReadOnlyDictionary<string, long>> GetCountersAsync(CancellationToken cancellation) =>
        engine.GetCountersAsync(cancellation);

    public Task AddDhtNodeAsync(IPEndPoint node, CancellationToken cancellation) =>
        engine.AddDhtNodeAsync(node, cancellation);

    public Task EnterDhtAsync(CancellationToken cancellation) => engine.EnterDhtAsync(cancellation);

    public Task DhtAnnounceAsync(ReadOnlyMemory<byte> key, int port, CancellationToken cancellation) =>
        engine.DhtAnnounceAsync(key, port, cancellation);

    public Task<IReadOnlyList<IPEndPoint>> DhtLookupAsync(
        ReadOnlyMemory<byte> key, TimeSpan wait, CancellationToken cancellation) =>
        engine.DhtLookupAsync(key, wait, cancellation);

    public Task<int?> MapPortAsync(int localPort, TimeSpan wait, CancellationToken cancellation) =>
        engine.MapPortAsync(localPort, wait, cancellation);

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    private bool IsStopped(PieceVerified piece) =>
        _stopped.TryGetValue(piece.Key, out var addition) && addition == piece.Addition;

    private TorrentFileError ErrorOf(PieceVerified piece, Added torrent)
    {
        var metainfo = torrent.Metainfo;
        var file = Path.Combine(torrent.Folder, metainfo.Name, metainfo.Files[metainfo.FileOf(piece.Piece)].Path);
        var isFull = faults.Write == WriteFault.NoSpace;
        return new TorrentFileError(
            piece.Key, file, isFull ? "No space left on device" : "Input/output error", isFull)
        {
            Addition = piece.Addition,
            IsDiskError = !isFull,
        };
    }
}
