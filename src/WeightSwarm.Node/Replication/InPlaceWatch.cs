using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Sees when an owner's files that are served in place change, shrink, vanish or come back: at once where the system
/// tells (inotify(7)), else within a minute, by their stamps.
/// </summary>
public sealed partial class InPlaceWatch : BackgroundLoop
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(200);

    private readonly LocalModelStore _models;
    private readonly FetchQueue _custody;
    private readonly Clock _clock;
    private readonly ILogger<InPlaceWatch> _log;
    private readonly SortedDictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly Dictionary<LocalModelKey, string> _seen = [];

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
        foreach (var folder in _watchers.Keys.Where(folder => IsOver(folder, wanted)).ToList())
        {
            _watchers.Remove(folder, out var watcher);
            watcher!.Dispose();
        }
        foreach (var (folder, recursive) in wanted)
            if (!_watchers.ContainsKey(folder) && Directory.Exists(folder))
                Start(folder, recursive);
    }

    // A watcher of a folder that went away sees nothing of the one that takes its place.
    private bool IsOver(string folder, SortedDictionary<string, bool> wanted) =>
        !wanted.TryGetValue(folder, out var recursive) || recursive != _watchers[folder].IncludeSubdirectories
        || !Directory.Exists(folder);

    private void Start(string folder, bool recursive)
    {
        try
        {
            var watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = recursive,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite
                    | NotifyFilters.Size | NotifyFilters.Attributes,
            };
            watcher.Changed += (_, _) => _custody.SignalInPlace();
            watcher.Created += (_, _) => _custody.SignalInPlace();
            watcher.Deleted += (_, _) => _custody.SignalInPlace();
            watcher.Renamed += (_, _) => _custody.SignalInPlace();
            watcher.Error += (_, _) => _custody.SignalInPlace();
            watcher.EnableRaisingEvents = true;
            _watchers[folder] = watcher;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Stamps are looked at all the same, only less often.
            LogNotWatched(folder, e.Message);
        }
    }

    [LoggerMessage(2045, LogLevel.Warning, "{Folder} cannot be watched; it is looked at every minute: {Problem}")]
    private partial void LogNotWatched(string folder, string problem);
}
