using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Threading.Channels;
using WeightSwarm.Torrent.Engine;
using WeightSwarm.Torrent.Interop;

namespace WeightSwarm.Torrent;

/// <summary>
/// The BitTorrent engine over libtorrent-rasterbar 2.0 (v1, v2 and hybrid torrents, BEP 3 and BEP 52).
/// </summary>
/// <remarks>
/// <see cref="PieceVerified"/> says that the hash is right, not that the bytes are in the file: blocks may still be on
/// their way to the disk threads. After <see cref="FlushAsync"/> every block that was verified before is in its file,
/// visible to any reader, and no file of the torrent is open; nothing is fsynced.
/// Every byte is read and written by plain system calls, so a truncated file and a full volume are errors, not signals.
/// </remarks>
public sealed partial class LibtorrentEngine : ITorrentEngine
{
    private static readonly TimeSpan ListenWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MorePeersWait = TimeSpan.FromSeconds(1);

    private readonly TorrentEngineOptions _options;
    private readonly NativeSession _session;
    private readonly ConcurrentDictionary<string, EngineTorrent> _byKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ulong, EngineTorrent> _byTag = new();
    private readonly SessionReplies _replies = new();
    private readonly Channel<TorrentEvent> _events;
    private readonly AlertReader _reader;
    private readonly Lock _adding = new();
    private ulong _lastTag;
    private int _disposed;

    private LibtorrentEngine(TorrentEngineOptions options)
    {
        _options = options;
        _events = Channel.CreateUnbounded<TorrentEvent>(new UnboundedChannelOptions { SingleWriter = true });
        _session = NativeSession.Create(
            EngineSettings.From(options), options.SavedState.Span, plainPeers: !options.TouchesTheInternet);
        _reader = new AlertReader(_session, _byTag, _replies, _events);
        _reader.Start();
    }

    /// <inheritdoc />
    public int ListenPort { get; private set; }

    /// <summary>Starts an engine and waits until it listens.</summary>
    /// <exception cref="TorrentEngineException">
    /// The address is taken or not of this machine, or the native library does not load.
    /// </exception>
    public static async Task<LibtorrentEngine> CreateAsync(TorrentEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.TouchesTheInternet && IPAddress.IsLoopback(options.Listen.Address))
            throw new TorrentEngineException(
                $"An engine on {options.Listen} must not touch the internet; listen on another address, or say so.");
        options = options with { Listen = ListenAddress.WithOnePort(options.Listen) };
        var engine = await Task.Run(() => new LibtorrentEngine(options)).ConfigureAwait(false);
        try
        {
            engine.ListenPort = await engine._replies.ListeningAsync().WaitAsync(ListenWait).ConfigureAwait(false);
            return engine;
        }
        catch (Exception error) when (error is TorrentEngineException or TimeoutException)
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw new TorrentEngineException(
                $"Cannot listen on {options.Listen} for torrents: {error.Message}. "
                + "Choose another address or port (0: any free one), or stop the program that has it.", error);
        }
    }

    /// <inheritdoc cref="CreateAsync" />
    public static LibtorrentEngine Create(TorrentEngineOptions options) =>
        CreateAsync(options).GetAwaiter().GetResult();

    /// <inheritdoc />
    public IAsyncEnumerable<TorrentEvent> ReadEventsAsync(CancellationToken cancellation) =>
        _events.Reader.ReadAllAsync(cancellation);

    /// <inheritdoc />
    public Task<string> AddAsync(TorrentSpec spec, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(() => Add(spec), cancellation);
    }

    /// <inheritdoc />
    public async Task RemoveAsync(string key, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        if (!_byKey.TryRemove(key, out var torrent))
            return;
        torrent.Leave();
        await Task.Run(() => _session.Remove(torrent.Tag), CancellationToken.None).ConfigureAwait(false);
        torrent.Fail(new TorrentEngineException($"Torrent {key} was removed."));
        await torrent.Removed.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await Task.Run(() =>
        {
            _session.Pause();
            _reader.Stop();
            _session.Dispose();
        }).ConfigureAwait(false);
        var gone = new ObjectDisposedException(nameof(LibtorrentEngine));
        _replies.Fail(gone);
        foreach (var torrent in _byTag.Values)
        {
            torrent.Fail(gone);
            torrent.Removed.TrySetResult();
        }
    }

    private string Add(TorrentSpec spec)
    {
        CheckFolder(spec);
        var metainfo = LibtorrentMetainfo.Describe(spec.Metainfo.Span);
        CheckPieces(spec, metainfo);
        lock (_adding)
        {
            if (_byKey.ContainsKey(metainfo.Key))
                return metainfo.Key;
            var torrent = new EngineTorrent(++_lastTag, metainfo.Key, metainfo.Pieces, spec);
            // Known before libtorrent knows it: its first alerts may come at once.
            _byTag[torrent.Tag] = torrent;
            try
            {
                var have = spec.VerifiedPieces.Select(static here => here ? (byte)1 : (byte)0);
                _session.Add(torrent.Tag, spec, [.. have]);
            }
            catch (TorrentEngineException)
            {
                _byTag.TryRemove(torrent.Tag, out _);
                throw;
            }
            _byKey[torrent.Key] = torrent;
            return torrent.Key;
        }
    }

    private static void CheckFolder(TorrentSpec spec)
    {
        if (!Path.IsPathFullyQualified(spec.SaveFolder))
            throw new TorrentEngineException($"The save folder '{spec.SaveFolder}' is not an absolute path.");
        if (Directory.Exists(spec.SaveFolder))
            return;
        if (spec.ReadOnly)
            throw new TorrentEngineException($"The save folder '{spec.SaveFolder}' does not exist; make it first.");
        try
        {
            Directory.CreateDirectory(spec.SaveFolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TorrentEngineException(
                $"Cannot make the save folder '{spec.SaveFolder}': {error.Message}", error);
        }
    }

    private static void CheckPieces(TorrentSpec spec, MetainfoSummary metainfo)
    {
        if (spec.VerifiedPieces.Count != 0 && spec.VerifiedPieces.Count != metainfo.Pieces)
            throw new TorrentEngineException(string.Create(CultureInfo.InvariantCulture,
                $"Torrent {metainfo.Key} has {metainfo.Pieces} pieces; {spec.VerifiedPieces.Count} were vouched for."));
        if (!spec.PiecePriorities.IsEmpty)
            CheckPriorities(metainfo.Key, metainfo.Pieces, spec.PiecePriorities.Span);
    }

    private static void CheckPriorities(string key, int pieces, ReadOnlySpan<byte> priorities)
    {
        if (priorities.Length != pieces)
            throw new TorrentEngineException(string.Create(CultureInfo.InvariantCulture,
                $"Torrent {key} has {pieces} pieces; {priorities.Length} priorities were given."));
        var bad = priorities.IndexOfAnyExceptInRange((byte)0, (byte)7);
        if (bad >= 0)
            throw new TorrentEngineException(string.Create(CultureInfo.InvariantCulture,
                $"Piece {bad} of torrent {key} has priority {priorities[bad]}; it must be 0 to 7."));
    }

    private EngineTorrent Find(string key) => _byKey.TryGetValue(key, out var torrent)
        ? torrent
        : throw new TorrentEngineException($"Torrent {key} is unknown; add it first.");

    private Task RunAsync(Action action, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return Task.Run(action, cancellation);
    }

    private Task<T> RunAsync<T>(Func<T> action, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        return Task.Run(action, cancellation);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
