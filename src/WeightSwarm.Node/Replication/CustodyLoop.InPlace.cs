using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// An owner's files are the owner's: they may change or vanish at any time. The store keeps which slices were verified,
/// and the stamps that the files had then; what is served and advertised of them is what still has its stamp.
/// </summary>
public sealed partial class CustodyLoop
{
    private const int MostNamed = 5;

    // In place, but nothing is served now because files have changed.
    private readonly SortedDictionary<Hash256, ModelContent> _changedInPlace = [];

    private async Task ResumeInPlaceAsync(ModelContent content, LocalModel local)
    {
        var changes = InPlaceFolder.Changes(local.Key.Folder, local.Files);
        var served = Unchanged(content, local.Verified, changes);
        Warn(content.Entry, local.Key, changes);
        await ServeUnchangedAsync(content, local, changes, served);
        // The network still has this node's word of the last run.
        Lose(local.Key.Model, local.Verified.Slices.Except(served.Slices));
    }

    /// <summary>Compares an owner's files with their stamps, and withdraws slices or takes them up again.</summary>
    private async Task LookInPlaceAsync(LocalModelKey key)
    {
        var known = _custody.GetValueOrDefault(key.Model);
        var content = known is null ? _changedInPlace.GetValueOrDefault(key.Model) : known.Content;
        if (content is null || known is not null && known.LocalKey != key) return;
        if (_models.Find(key) is not { InPlace: true } local) return;
        var changes = InPlaceFolder.Changes(key.Folder, local.Files);
        var served = Unchanged(content, local.Verified, changes);
        Warn(content.Entry, key, changes);
        if (known is null ? served.IsEmpty : known.Held.Equals(served)) return;
        // First of all the network is told; then the engine lets go of the files.
        if (known is not null)
        {
            Lose(key.Model, known.Held.Slices.Except(served.Slices));
            await LeaveAsync(known);
        }
        try
        {
            await ServeUnchangedAsync(content, local, changes, served);
        }
        catch (Exception e) when (e is TorrentEngineException or IOException or UnauthorizedAccessException)
        {
            Lose(key.Model, served.Slices);
            _changedInPlace[key.Model] = content;
            _warnings[key.Folder] = $"{content.Entry.Model}: not served from {key.Folder} any more: {e.Message}";
        }
    }

    /// <summary>
    /// Whether what the engine complains of is that the owner changed this file, or (null) any: then the slices are
    /// withdrawn already, and may be served again when the file is back.
    /// </summary>
    private async Task<bool> IsOwnersDoingAsync(ModelCustody custody, string? file)
    {
        if (!custody.InPlace) return false;
        await LookInPlaceAsync(custody.LocalKey);
        if (_custody.GetValueOrDefault(custody.Entry.ModelId) != custody) return true;
        return file is not null && InPlaceFolder.Changes(custody.LocalKey.Folder, custody.Files)
            .Any(change => file.EndsWith($"/{change.Path}", StringComparison.Ordinal));
    }

    private async Task ServeUnchangedAsync(
        ModelContent content, LocalModel local, ImmutableArray<FileChange> changes, SliceSet served)
    {
        _changedInPlace.Remove(content.Entry.ModelId);
        if (served.IsEmpty)
        {
            _changedInPlace[content.Entry.ModelId] = content;
            return;
        }
        var unchanged = InPlaceFolder.OfUnchanged(_state, local.Key.Model);
        if (!changes.IsEmpty) InPlaceFolder.LinkUnchanged(content.Metainfo, local.Key.Folder, unchanged, changes);
        await ServeAsync(Custody(content, local with { Verified = served }, isWhole: changes.IsEmpty));
    }

    private void Lose(Hash256 model, IEnumerable<int> slices)
    {
        foreach (var slice in slices) _inbox.Post(new CoreInput.SliceLost(model, slice));
    }

    private static SliceSet Unchanged(ModelContent content, SliceSet verified, ImmutableArray<FileChange> changes) =>
        SliceSet.Of(verified.Slices.Except(changes.SelectMany(
            change => SliceFiles.SlicesOf(content.Metainfo, content.Entry, change.Path))));

    private void Warn(Entry entry, LocalModelKey key, ImmutableArray<FileChange> changes)
    {
        if (changes.IsEmpty)
        {
            if (_warnings.TryRemove(key.Folder, out _)) LogUnchanged(entry.Model, key.Folder);
            return;
        }
        var more = changes.Length > MostNamed ? $", and {changes.Length - MostNamed} more" : "";
        var what = string.Join(", ", changes.Take(MostNamed).Select(change => change.Reason)) + more;
        var warning = $"{entry.Model}: no longer served whole from {key.Folder}: {what}; " +
            "put the files back as they were, or `weightswarm add` the folder again, to serve it all";
        if (_warnings.TryGetValue(key.Folder, out var said) && said == warning) return;
        _warnings[key.Folder] = warning;
        LogChanged(entry.Model, key.Folder, what);
    }

    [LoggerMessage(2020, LogLevel.Warning, "{Model} is no longer served whole from {Folder}: {Change}")]
    private partial void LogChanged(string model, string folder, string change);

    [LoggerMessage(2022, LogLevel.Information, "{Model}: the files in {Folder} are as they were, and served again")]
    private partial void LogUnchanged(string model, string folder);
}
