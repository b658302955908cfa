using System.Globalization;
using System.Net;
using WeightSwarm.Torrent.Engine;
using WeightSwarm.Torrent.Interop;

namespace WeightSwarm.Torrent;

/// <summary>Calls on one torrent.</summary>
public sealed partial class LibtorrentEngine
{
    /// <inheritdoc />
    public Task SetPiecePrioritiesAsync(string key, ReadOnlyMemory<byte> priorities, CancellationToken cancellation) =>
        RunAsync(() =>
        {
            var torrent = Find(key);
            CheckPriorities(key, torrent.Pieces, priorities.Span);
            _session.SetPriorities(torrent.Tag, priorities.Span);
        }, cancellation);

    /// <summary>The priorities as they are; null when the torrent is unknown.</summary>
    public Task<byte[]?> GetPiecePrioritiesAsync(string key, CancellationToken cancellation) =>
        LookAsync(key, torrent => _session.Priorities(torrent.Tag, torrent.Pieces), cancellation);

    /// <inheritdoc />
    public Task SetPieceDeadlineAsync(string key, int piece, TimeSpan deadline, CancellationToken cancellation) =>
        RunAsync(() =>
        {
            var torrent = Find(key);
            CheckPiece(torrent, piece);
            var milliseconds = (int)Math.Clamp(deadline.TotalMilliseconds, 0, int.MaxValue);
            _session.SetDeadline(torrent.Tag, piece, milliseconds);
        }, cancellation);

    /// <inheritdoc />
    public Task ConnectPeerAsync(string key, IPEndPoint peer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return RunAsync(() => _session.Connect(Find(key).Tag, peer), cancellation);
    }

    /// <summary>The peers that are connected now; null when the torrent is unknown.</summary>
    public Task<IReadOnlyList<TorrentPeer>?> GetPeersAsync(string key, CancellationToken cancellation) =>
        LookAsync<IReadOnlyList<TorrentPeer>>(key, torrent =>
            Array.ConvertAll(_session.Peers(torrent.Tag), ToPeer), cancellation);

    /// <inheritdoc />
    public Task AddWebSeedAsync(string key, Uri url, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(url);
        return RunAsync(() => _session.AddWebSeed(Find(key).Tag, url.AbsoluteUri), cancellation);
    }

    /// <inheritdoc />
    public Task RemoveWebSeedAsync(string key, Uri url, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(url);
        return RunAsync(() =>
        {
            if (_byKey.TryGetValue(key, out var torrent) && !torrent.Leaving)
                _session.RemoveWebSeed(torrent.Tag, url.AbsoluteUri);
        }, cancellation);
    }

    /// <summary>Limits of one torrent in bytes per second; 0 is unlimited.</summary>
    public Task SetTorrentLimitsAsync(
        string key, int uploadBytesPerSecond, int downloadBytesPerSecond, CancellationToken cancellation) =>
        RunAsync(() => _session.SetLimits(Find(key).Tag, uploadBytesPerSecond, downloadBytesPerSecond), cancellation);

    /// <inheritdoc />
    public Task<TorrentStatus?> GetStatusAsync(string key, CancellationToken cancellation) =>
        LookAsync(key, torrent => ToStatus(torrent, _session.Status(torrent.Tag)), cancellation);

    /// <inheritdoc />
    public Task<bool[]?> GetPiecesAsync(string key, CancellationToken cancellation) =>
        LookAsync(key, torrent => _session.Have(torrent.Tag, torrent.Pieces), cancellation);

    /// <inheritdoc />
    public async Task FlushAsync(string key, CancellationToken cancellation)
    {
        var torrent = FindOpen(key);
        var done = torrent.Flushes.Join();
        await RunAsync(() => _session.Flush(torrent.Tag), CancellationToken.None).ConfigureAwait(false);
        await done.WaitAsync(cancellation).ConfigureAwait(false);
        ThrowIfStopped(torrent);
    }

    /// <inheritdoc />
    public async Task<byte[]> SaveResumeDataAsync(string key, CancellationToken cancellation)
    {
        var torrent = FindOpen(key);
        ThrowIfStopped(torrent);
        var reply = torrent.ResumeData.Join();
        await RunAsync(() => _session.SaveResumeData(torrent.Tag), CancellationToken.None).ConfigureAwait(false);
        return await reply.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task RecheckAsync(string key, CancellationToken cancellation) => RunAsync(() =>
    {
        var torrent = Find(key);
        torrent.BeginCheck();
        _session.Recheck(torrent.Tag, torrent.ReadOnly);
    }, cancellation);

    private static void CheckPiece(EngineTorrent torrent, int piece)
    {
        if (piece < 0 || piece >= torrent.Pieces)
            throw new TorrentEngineException(string.Create(CultureInfo.InvariantCulture,
                $"Torrent {torrent.Key} has pieces 0 to {torrent.Pieces - 1}; {piece} was asked for."));
    }

    // After a file error, what was verified may not be in the files.
    private static void ThrowIfStopped(EngineTorrent torrent)
    {
        if (torrent.Error.Length > 0)
            throw new TorrentEngineException(
                $"Torrent {torrent.Key} has stopped: {torrent.Error}. Remove the cause, then check it again.");
    }

    private static TorrentStatus ToStatus(EngineTorrent torrent, NativeStatus native)
    {
        var stopped = native.ErrorCode != 0 || native.IsStopped(torrent.ReadOnly);
        var error = torrent.Error.Length > 0 ? torrent.Error : native.ErrorText();
        return new TorrentStatus(
            torrent.Key, stopped ? TorrentState.Error : (TorrentState)native.State, stopped ? error : "", native.Peers,
            native.DownloadRate, native.UploadRate, native.TotalWanted, native.TotalWantedDone,
            native.TotalDownloaded, native.TotalUploaded);
    }

    private static TorrentPeer ToPeer(NativePeer peer) => new(
        peer.Endpoint.ToEndPoint(), peer.ClientText(), peer.Pieces, peer.Downloaded, peer.Uploaded);

    private EngineTorrent FindOpen(string key)
    {
        ThrowIfDisposed();
        return Find(key);
    }

    // Null when the torrent is not there, also when it goes while we look.
    private Task<T?> LookAsync<T>(string key, Func<EngineTorrent, T> look, CancellationToken cancellation)
        where T : class => RunAsync(() =>
    {
        if (!_byKey.TryGetValue(key, out var torrent))
            return null;
        try
        {
            return look(torrent);
        }
        catch (TorrentEngineException) when (torrent.Leaving)
        {
            return null;
        }
    }, cancellation);
}

/// <summary>A connected peer.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Client">What it says it is.</param>
/// <param name="Pieces">How many pieces it has.</param>
/// <param name="DownloadedBytes">Bytes from it, protocol included.</param>
/// <param name="UploadedBytes">Bytes to it, protocol included.</param>
public sealed record TorrentPeer(
    IPEndPoint Address, string Client, int Pieces, long DownloadedBytes, long UploadedBytes);
