using System.Net;
using System.Threading.Channels;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>
/// An engine without network or threads, for tests of what uses an engine. It fulfils the same contract.
/// </summary>
internal sealed class SimulatedTorrentEngine : ITorrentEngine
{
    private readonly SimulatedSwarm _swarm;
    private readonly Dictionary<string, SimulatedTorrent> _torrents = [];
    private readonly HashSet<(string Key, int Port)> _known = [];
    private readonly Channel<TorrentEvent> _events = Channel.CreateUnbounded<TorrentEvent>();

    public SimulatedTorrentEngine(SimulatedSwarm swarm)
    {
        _swarm = swarm;
        ListenPort = swarm.Join(this);
    }

    public int ListenPort { get; }

    /// <summary>A limited engine takes one piece each time that the swarm runs.</summary>
    public int PiecesPerRun { get; private set; } = int.MaxValue;
    public bool Moved { get; set; }
    public IReadOnlyCollection<SimulatedTorrent> Torrents => _torrents.Values;

    public SimulatedTorrent? Torrent(string key) => _torrents.GetValueOrDefault(key);

    public bool Knows(string key, SimulatedTorrentEngine other) => _known.Contains((key, other.ListenPort));

    public IAsyncEnumerable<TorrentEvent> ReadEventsAsync(CancellationToken cancellation) =>
        _events.Reader.ReadAllAsync(cancellation);

    public Task<string> AddAsync(TorrentSpec spec, CancellationToken cancellation) => Run(() =>
    {
        var metainfo = SimulatedMetainfo.Read(spec.Metainfo);
        if (!Path.IsPathFullyQualified(spec.SaveFolder))
            throw new TorrentEngineException($"The save folder '{spec.SaveFolder}' is not an absolute path.");
        if (!spec.PiecePriorities.IsEmpty)
            CheckPriorities(metainfo, spec.PiecePriorities);
        if (spec.VerifiedPieces.Count > 0 && spec.VerifiedPieces.Count != metainfo.Pieces)
            throw new TorrentEngineException($"{spec.VerifiedPieces.Count} pieces vouched for of {metainfo.Pieces}.");
        if (_torrents.ContainsKey(metainfo.Key))
            return metainfo.Key;
        var torrent = new SimulatedTorrent(metainfo, spec, what =>
            _events.Writer.TryWrite(what with { Addition = spec.Addition }));
        torrent.Start();
        _torrents[metainfo.Key] = torrent;
        return metainfo.Key;
    });

    public Task RemoveAsync(string key, CancellationToken cancellation) => Run(() => _torrents.Remove(key));

    public Task SetPiecePrioritiesAsync(string key, ReadOnlyMemory<byte> priorities, CancellationToken cancellation) =>
        Run(() =>
        {
            CheckPriorities(Find(key).Metainfo, priorities);
            Find(key).Priorities = priorities.ToArray();
            Find(key).CheckFinished();
            return true;
        });

    public Task SetPieceDeadlineAsync(string key, int piece, TimeSpan deadline, CancellationToken cancellation) =>
        Run(() =>
        {
            if (piece < 0 || piece >= Find(key).Metainfo.Pieces)
                throw new TorrentEngineException($"Torrent {key} has no piece {piece}.");
            Find(key).Urgent.Add(piece);
            return true;
        });

    public Task ConnectPeerAsync(string key, IPEndPoint peer, CancellationToken cancellation) =>
        Run(() => Find(key) is not null && _known.Add((key, peer.Port)));

    public Task AddWebSeedAsync(string key, Uri url, CancellationToken cancellation) => Run(() => Find(key));

    public Task RemoveWebSeedAsync(string key, Uri url, CancellationToken cancellation) => Task.CompletedTask;

    public Task<TorrentStatus?> GetStatusAsync(string key, CancellationToken cancellation) =>
        Run(() => Torrent(key)?.Status(_swarm.PeersOf(this, key).Count()));

    public Task<bool[]?> GetPiecesAsync(string key, CancellationToken cancellation) =>
        Run(() => (bool[]?)Torrent(key)?.Have.Clone());

    public Task FlushAsync(string key, CancellationToken cancellation) => Run(() => FindSound(key));

    public Task<byte[]> SaveResumeDataAsync(string key, CancellationToken cancellation) =>
        Run(() => FindSound(key).ResumeData);

    public Task RecheckAsync(string key, CancellationToken cancellation) => Run(() =>
    {
        Find(key).Recheck();
        return true;
    });

    public Task SetLimitsAsync(
        int uploadBytesPerSecond, int downloadBytesPerSecond, CancellationToken cancellation) => Run(() =>
    {
        PiecesPerRun = downloadBytesPerSecond == 0 ? int.MaxValue : 1;
        return true;
    });

    public Task<IReadOnlyDictionary<string, long>> GetCountersAsync(CancellationToken cancellation) =>
        Run<IReadOnlyDictionary<string, long>>(() => new Dictionary<string, long>
        {
            ["uploaded"] = _torrents.Values.Sum(static torrent => torrent.Uploaded),
            ["downloaded"] = _torrents.Values.Sum(static torrent => torrent.Downloaded),
        });

    public Task AddDhtNodeAsync(IPEndPoint node, CancellationToken cancellation) => Task.CompletedTask;

    public Task EnterDhtAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task DhtAnnounceAsync(ReadOnlyMemory<byte> key, int port, CancellationToken cancellation)
    {
        if (key.Length != 20)
            throw new ArgumentException($"A DHT key has 20 bytes; this one has {key.Length}.", nameof(key));
        _swarm.Announce(key, new IPEndPoint(IPAddress.Loopback, port));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<IPEndPoint>> DhtLookupAsync(
        ReadOnlyMemory<byte> key, TimeSpan wait, CancellationToken cancellation) => Task.FromResult(_swarm.LookUp(key));

    public Task<int?> MapPortAsync(int localPort, TimeSpan wait, CancellationToken cancellation) =>
        Task.FromResult<int?>(null);

    public ValueTask DisposeAsync()
    {
        _swarm.Leave(this);
        _events.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private static void CheckPriorities(SimulatedMetainfo metainfo, ReadOnlyMemory<byte> priorities)
    {
        if (priorities.Length != metainfo.Pieces || priorities.Span.ContainsAnyExceptInRange((byte)0, (byte)7))
            throw new TorrentEngineException($"Torrent {metainfo.Key} takes {metainfo.Pieces} priorities of 0 to 7.");
    }

    private SimulatedTorrent Find(string key) =>
        Torrent(key) ?? throw new TorrentEngineException($"Torrent {key} is unknown; add it first.");

    private SimulatedTorrent FindSound(string key) => Find(key) is { Error.Length: 0 } torrent
        ? torrent
        : throw new TorrentEngineException($"Torrent {key} has stopped: {Find(key).Error}");

    private Task<T> Run<T>(Func<T> action)
    {
        try
        {
            lock (_swarm.Lock)
            {
                var result = action();
                _swarm.Run();
                return Task.FromResult(result);
            }
        }
        catch (TorrentEngineException error)
        {
            return Task.FromException<T>(error);
        }
    }
}
