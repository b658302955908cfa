using System.Net;

namespace WeightSwarm.Tests.Torrent;

/// <summary>
/// What simulated engines share in the place of a network. Every call on one of them runs the whole swarm until nothing
/// more can move, so a test sees the outcome at once and always the same.
/// </summary>
internal sealed class SimulatedSwarm
{
    private readonly List<SimulatedTorrentEngine> _engines = [];
    private readonly Dictionary<string, HashSet<IPEndPoint>> _announced = [];
    private int _lastPort = 20_000;

    /// <summary>Guards all engines of the swarm and their torrents.</summary>
    public Lock Lock { get; } = new();

    public int Join(SimulatedTorrentEngine engine)
    {
        lock (Lock)
        {
            _engines.Add(engine);
            return ++_lastPort;
        }
    }

    public void Leave(SimulatedTorrentEngine engine)
    {
        lock (Lock)
            _engines.Remove(engine);
    }

    public void Announce(ReadOnlyMemory<byte> key, IPEndPoint address)
    {
        var name = Convert.ToHexString(key.Span);
        lock (Lock)
        {
            if (!_announced.TryGetValue(name, out var addresses))
                _announced[name] = addresses = [];
            addresses.Add(address);
        }
    }

    public IReadOnlyList<IPEndPoint> LookUp(ReadOnlyMemory<byte> key)
    {
        lock (Lock)
            return _announced.TryGetValue(Convert.ToHexString(key.Span), out var addresses) ? [.. addresses] : [];
    }

    /// <summary>The engines that exchange a torrent with this one.</summary>
    public IEnumerable<SimulatedTorrentEngine> PeersOf(SimulatedTorrentEngine engine, string key) =>
        _engines.Where(other => other != engine && (engine.Knows(key, other) || other.Knows(key, engine))
            && other.Torrent(key) is { Error.Length: 0 });

    /// <summary>Moves pieces until no engine wants one that a peer of it has.</summary>
    public void Run()
    {
        var budgets = _engines.ToDictionary(static engine => engine, static engine => engine.PiecesPerRun);
        while (_engines.Any(engine => budgets[engine] > 0 && TryMoveOne(engine)))
            foreach (var engine in _engines.Where(static engine => engine.Moved))
            {
                budgets[engine]--;
                engine.Moved = false;
            }
    }

    private bool TryMoveOne(SimulatedTorrentEngine engine)
    {
        foreach (var torrent in engine.Torrents)
            foreach (var piece in torrent.Missing())
                foreach (var peer in PeersOf(engine, torrent.Key))
                {
                    if (torrent.Refused.Contains((peer.ListenPort, piece)) || !peer.Torrent(torrent.Key)!.Have[piece])
                        continue;
                    if (peer.Torrent(torrent.Key)!.Serve(piece) is { } bytes)
                        torrent.Receive(peer.ListenPort, piece, bytes);
                    return engine.Moved = true;
                }
        return false;
    }
}
