using System.Net;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Weights;

/// <summary>Where the pieces of a selection may be had now.</summary>
/// <param name="Peers">BitTorrent addresses.</param>
/// <param name="TooFew">Some of its slices have so few present holders that the model's origin helps.</param>
internal sealed record RestoreSources(IReadOnlyList<IPEndPoint> Peers, bool TooFew);

/// <summary>
/// Fetches the pieces of a selection into a staging folder with an engine of its own, until all of them are there, the
/// disk fails, or nothing has come for too long. Remembers on the way which pieces are verified.
/// </summary>
internal sealed class RestoreFetch(
    ITorrentEngine engine, RestoreSelection selection, RestoreStaging staging, Clock clock,
    Action<RestoreProgress> report)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200), SaveWait = TimeSpan.FromSeconds(3),
        EventWait = TimeSpan.FromSeconds(3);
    private const long ConnectEveryMs = 1_000, FirstSaveMs = 1_000, SaveEveryMs = 20_000;

    private readonly TaskCompletionSource<TorrentFileError> _fileError = new();
    private string _key = "";
    private bool _isChecked;
    private long _connectAtMs, _saveAtMs, _saveGapMs = FirstSaveMs;

    /// <summary>The model's origin in this engine; null: it is not to be used.</summary>
    public OriginLink? Origin { get; init; }

    /// <summary>Payload received, waste included.</summary>
    public long FetchedBytes { get; private set; }

    /// <summary>Peers that it was connected to when it looked last.</summary>
    public int Peers { get; private set; }

    /// <summary>Returns true when every wanted piece is in its file, false when nothing came for so long.</summary>
    /// <param name="sources">Where pieces may be had now.</param>
    /// <param name="patience">How long nothing may come.</param>
    /// <param name="cancellation">Stops it; what is verified is remembered.</param>
    /// <exception cref="ControlException">The disk is full or faulty.</exception>
    public async Task<bool> RunAsync(
        Func<CancellationToken, Task<RestoreSources>> sources, TimeSpan patience,
        CancellationToken cancellation)
    {
        var watching = WatchAsync();
        _key = await engine.AddAsync(new TorrentSpec
        {
            Metainfo = selection.Content.Metainfo.ToEngineBytes(),
            SaveFolder = staging.Files,
            PiecePriorities = selection.Priorities(),
            VerifiedPieces = staging.LoadVerified(selection.Content.Metainfo) ?? [],
        }, cancellation);
        try
        {
            return await UntilDoneAsync(sources, new Stall(clock, patience), cancellation);
        }
        finally
        {
            await SaveAtEndAsync();
            await engine.RemoveAsync(_key, CancellationToken.None);
            if (watching.IsFaulted) await watching;
        }
    }

    private async Task<bool> UntilDoneAsync(
        Func<CancellationToken, Task<RestoreSources>> sources, Stall stall, CancellationToken cancellation)
    {
        _saveAtMs = clock.Now.MonotonicMs + _saveGapMs;
        using var timer = new PeriodicTimer(Poll, clock.Time);
        do
        {
            var status = await engine.GetStatusAsync(_key, cancellation)
                ?? throw new TorrentEngineException("the restore's torrent is gone from its engine");
            (FetchedBytes, Peers) = (status.TotalDownloadedBytes, status.Peers);
            _isChecked = status.State is not TorrentState.Checking;
            report(new RestoreProgress(
                _isChecked ? "fetching" : "checking", status.TotalWantedDoneBytes, status.TotalWantedBytes,
                status.Peers, status.DownloadBytesPerSecond, ""));
            if (_fileError.Task.IsCompleted || status.State == TorrentState.Error)
                throw await FaultAsync(status.Error);
            if (status.State is TorrentState.Finished or TorrentState.Seeding) return true;
            // While the folder is hashed nothing comes, however long that takes.
            if (_isChecked && stall.After(status.TotalWantedDoneBytes)) return false;
            await ConnectAsync(sources, cancellation);
            await SaveInTimeAsync(cancellation);
        }
        while (await timer.WaitForNextTickAsync(cancellation));
        return false;
    }

    private async Task ConnectAsync(
        Func<CancellationToken, Task<RestoreSources>> sources, CancellationToken cancellation)
    {
        if (clock.Now.MonotonicMs < _connectAtMs) return;
        _connectAtMs = clock.Now.MonotonicMs + ConnectEveryMs;
        var now = await sources(cancellation);
        foreach (var peer in now.Peers) await engine.ConnectPeerAsync(_key, peer, cancellation);
        if (Origin is not null)
            await Origin.TendAsync(_key, selection.Content, _isChecked && now.TooFew, cancellation);
    }

    /// <summary>Soon at first, then every twenty seconds: so much is fetched again at most after a kill.</summary>
    private async Task SaveInTimeAsync(CancellationToken cancellation)
    {
        if (!_isChecked || clock.Now.MonotonicMs < _saveAtMs) return;
        try
        {
            await SaveAsync(cancellation);
        }
        catch (TorrentEngineException)
        {
            // A file failed meanwhile. The last record still holds, and the engine's state says the same and more.
            return;
        }
        _saveGapMs = Math.Min(SaveEveryMs, _saveGapMs * 2);
        _saveAtMs = clock.Now.MonotonicMs + _saveGapMs;
    }

    private async Task SaveAsync(CancellationToken cancellation)
    {
        // First which pieces are verified, then all blocks to their files: so the record never says too much.
        var verified = await engine.GetPiecesAsync(_key, cancellation);
        await engine.FlushAsync(_key, cancellation);
        if (verified is not null) staging.SaveVerified(verified);
    }

    private async Task SaveAtEndAsync()
    {
        if (!_isChecked) return;
        using var late = new CancellationTokenSource(SaveWait, clock.Time);
        try
        {
            await SaveAsync(late.Token);
        }
        catch (Exception e) when (e is IOException or TorrentEngineException or OperationCanceledException)
        {
            // A full or faulty disk: the last record still holds, and the cause is told by whoever met it first.
        }
    }

    private async Task WatchAsync()
    {
        await foreach (var happened in engine.ReadEventsAsync(CancellationToken.None))
            if (happened is TorrentFileError error)
                _fileError.TrySetResult(error);
    }

    private async Task<ControlException> FaultAsync(string stopped)
    {
        try
        {
            // The engine's state may be seen before the event that says which file it was, and whether it was full.
            var error = await _fileError.Task.WaitAsync(EventWait, clock.Time);
            return Fault(error.File, error.Message, error.NoSpace);
        }
        catch (TimeoutException)
        {
            return Fault("", stopped, noSpace: false);
        }
    }

    private ControlException Fault(string file, string message, bool noSpace)
    {
        var (model, path) = (selection.Content.Entry.Model, file.Length > 0 ? file : "a file");
        var what = $"{model}: {path} cannot be written: {message}";
        return noSpace
            ? new ControlException(
                ControlExit.NoSpace, "no-space",
                $"{what}; free some space and run the same command again: what is here stays in {staging.Folder}")
            : new ControlException(
                ControlExit.Failure, "disk",
                $"{what}; see to the volume and run the same command again: what is here stays in {staging.Folder}");
    }

    /// <summary>Notices that nothing has come for too long.</summary>
    private sealed class Stall(Clock clock, TimeSpan patience)
    {
        private long _bytes = -1;
        private long _sinceMs;

        public bool After(long bytes)
        {
            var now = clock.Now.MonotonicMs;
            if (bytes != _bytes) (_bytes, _sinceMs) = (bytes, now);
            return now - _sinceMs > patience.TotalMilliseconds;
        }
    }
}
