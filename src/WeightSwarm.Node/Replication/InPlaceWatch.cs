using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Sees when an owner's files that are served in place change, shrink, vanish or come back: at once where the system
/// tells (inotify(7)), else (a network volume, a folder far above that is renamed) within a minute, by their stamps.
/// </summary>
public sealed partial class InPlaceWatch : BackgroundLoop
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(200);

    private readonly LocalModelStore _models;
    private readonly FetchQueue _custody;
    private readonly Clock _clock;
    private readonly ILogger<InPlaceWatch> _log;
    private readonly Dictionary<WatchedFolder, FileSystemWatcher> _watchers = [];
    private readonly Dictionary<LocalModelKey, string> _seen = [];
    private int _moved;

    /// <summary>With what it looks at, and whom it tells.</summary>
    public InPlaceWatch(
        NodeStore store, FetchQueue custody, Clock clock, HostFailure failure, ILogger<InPlaceWatch> log)
        : base(failure) => (_models, _custody, _clock, _log) = (store.Models, custody, clock, log);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (true)
        {
            Look();
            await Task.Delay(LeastGap, _clock.Time, stopping);
            await SignalAsync(stopping);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var watcher in _watchers.Values)
                watcher.Dispose();
        base.Dispose(disposing);
    }

    private async Task SignalAsync(CancellationToken stopping)
    {
        using var timer =
            _clock.Time.CreateTimer(_ => _custody.SignalInPlace(), null, LookEvery, Timeout.InfiniteTimeSpan);
        await _custody.InPlaceSignals.ReadAsync(stopping);
    }

    /// <summary>Tells custody of every folder in which something is otherwise than at the last look.</summary>
    private void Look()
    {
        var locals = _models.List().Where(model => model.InPlace).ToList();
        Watch(locals);
        foreach (var local in locals)
        {
            var seen = string.Join('\n', InPlaceFolder.Changes(local.Key.Folder, local.Files)
                .Select(change => change.Reason));
            if (_seen.TryGetValue(local.Key, out var before) && before == seen) continue;
            _seen[local.Key] = seen;
            _custody.Post(new FetchQueue.LookInPlace(local.Key));
        }
    }

    private void Watch(List<LocalModel> locals)
    {
        var wanted = WatchedFolders.Of(locals);
        var moved = Interlocked.Exchange(ref _moved, 0) != 0;
        foreach (var folder in _watchers.Keys.Where(folder => moved || !wanted.Contains(folder)).ToList())
        {
            _watchers.Remove(folder, out var watcher);
            watcher!.Dispose();
        }
        foreach (var folder in wanted)
            if (!_watchers.ContainsKey(folder) && Directory.Exists(folder.Path))
                Start(folder);
    }

    private void Start(WatchedFolder folder)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder.Path)
            {
                Filter = folder.Name,
                IncludeSubdirectories = folder.WithAllBelow,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite
                    | NotifyFilters.Size | NotifyFilters.Attributes,
            };
            watcher.Changed += (_, _) => _custody.SignalInPlace();
            watcher.Created += (_, _) => Happened(folder);
            watcher.Deleted += (_, _) => Happened(folder);
            watcher.Renamed += (_, _) => Happened(folder);
            watcher.Error += (_, _) => Happened(folder);
            watcher.EnableRaisingEvents = true;
            _watchers[folder] = watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Stamps are looked at all the same, only less often.
            LogNotWatched(folder.Path, e.Message);
        }
    }

    // A watcher of a folder that went away sees nothing of the one that takes its place.
    private void Happened(WatchedFolder folder)
    {
        if (folder.Name.Length > 0) Interlocked.Exchange(ref _moved, 1);
        _custody.SignalInPlace();
    }

    [LoggerMessage(2045, LogLevel.Warning, "{Folder} cannot be watched; it is looked at every minute: {Problem}")]
    private partial void LogNotWatched(string folder, string problem);
}
