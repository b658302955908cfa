using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// The owner's files may change or vanish at any time. They are looked at in turn, by their stamps; the slices of a file
/// that is not what was hashed are withdrawn before a peer gets wrong bytes of them. The other files stay held.
/// </summary>
public sealed partial class CustodyLoop
{
    private const int MostNamed = 5;

    private readonly Queue<ModelCustody> _toWatch = [];
    private bool _watching;

    private async Task ResumeInPlaceAsync(LocalModel local, ModelContent content)
    {
        var changes = InPlaceFolder.Changes(local.Key.Folder, local.Files);
        var lost = SlicesOf(content, changes).Where(local.Verified.Contains).ToList();
        foreach (var slice in lost) _models.WithdrawSlice(local.Key, slice);
        var kept = SliceSet.Of(local.Verified.Slices.Except(lost));
        if (lost.Count > 0) Warn(content.Entry, local.Key, changes);
        if (!kept.IsEmpty) await ServeAsync(Custody(content, local with { Verified = kept }));
        // The network still has this node's word of the last run.
        foreach (var slice in lost) _inbox.Post(new CoreInput.SliceLost(content.Entry.ModelId, slice));
    }

    /// <summary>Looks at the files of the next model, beside the loop: a slow disk must not hold it up.</summary>
    private void WatchInPlace()
    {
        if (_watching) return;
        if (_toWatch.Count == 0)
            foreach (var custody in _custody.Values.Where(c => c.InPlace)) _toWatch.Enqueue(custody);
        if (!_toWatch.TryDequeue(out var next)) return;
        _watching = true;
        _ = Task.Run(
            () => _queue.Post(new FetchQueue.Watched(next, InPlaceFolder.Changes(next.LocalKey.Folder, next.Files))), _stopping);
    }

    private async Task WatchedAsync(FetchQueue.Watched watched)
    {
        _watching = false;
        var custody = watched.Custody;
        if (watched.Changes.IsEmpty || !_custody.Values.Contains(custody)) return;
        var lost = SlicesOf(custody.Content, watched.Changes).Where(custody.Held.Contains).ToList();
        if (lost.Count == 0) return;
        foreach (var slice in lost) Withdraw(custody, slice, watched.Changes[0].Reason);
        Warn(custody.Entry, custody.LocalKey, watched.Changes);
        if (custody.Held.IsEmpty) await LeaveAsync(custody);
        else await ReopenAsync(custody);
    }

    private static SortedSet<int> SlicesOf(ModelContent content, ImmutableArray<FileChange> changes) =>
        [.. changes.SelectMany(change => SliceFiles.SlicesOf(content.Metainfo, content.Entry, change.Path))];

    private void Warn(Entry entry, LocalModelKey key, ImmutableArray<FileChange> changes)
    {
        var more = changes.Length > MostNamed ? $", and {changes.Length - MostNamed} more" : "";
        var what = string.Join(", ", changes.Take(MostNamed).Select(change => change.Reason)) + more;
        _warnings[key.Folder] = $"{entry.Model}: no longer served whole from {key.Folder}: {what}; " +
            "put the files back and `weightswarm add` the folder again to serve it all";
        LogChanged(entry.Model, key.Folder, what);
    }

    [LoggerMessage(2020, LogLevel.Warning, "{Model} is no longer served whole from {Folder}: {Change}")]
    private partial void LogChanged(string model, string folder, string change);
}
