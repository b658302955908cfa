using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// From a bad piece on the disk to a slice that is held again: withdrawn and told; the engine lets go of the bad
/// pieces, and of them alone; their bytes are put aside; once the whole slice was read, only they are fetched again.
/// An owner's files are withdrawn, and never written to.
/// </summary>
public sealed partial class CustodyLoop : IHeldModels
{
    /// <inheritdoc/>
    public IReadOnlyList<HeldModel> Held() => [.. _custody.Values.Select(OnDisk)];

    /// <inheritdoc/>
    public Task FoundAsync(SliceFinding finding)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Post(new FetchQueue.Found(finding, done));
        return done.Task.WaitAsync(_stopping);
    }

    private static HeldModel OnDisk(ModelCustody custody) => new(
        custody.LocalKey, custody.Content, custody.Donation,
        custody.InPlace ? custody.LocalKey.Folder : Path.Combine(custody.SaveFolder, custody.Content.Metainfo.Name),
        custody.Held, custody.Doubted, custody.Mending);

    private async Task FoundAsync(FetchQueue.Found found)
    {
        try
        {
            await FoundAsync(found.Finding, OnDiskOf(found.Finding));
        }
        catch (Exception e) when (e is TorrentEngineException or IOException or UnauthorizedAccessException)
        {
            LogNotMended(found.Finding.Slice, e.Message);
        }
        finally
        {
            found.Done.SetResult();
        }
    }

    private ModelCustody? OnDiskOf(SliceFinding finding) =>
        _custody.TryGetValue(finding.Key.Model, out var custody) && custody.LocalKey == finding.Key
            && (custody.Held.Contains(finding.Slice) || custody.Doubted.Contains(finding.Slice)) ? custody : null;

    private async Task FoundAsync(SliceFinding finding, ModelCustody? custody)
    {
        if (custody is null) return;
        if (!finding.Bad.IsEmpty && await IsNoDamageAsync(custody, finding)) return;
        if (!finding.Bad.IsEmpty) await PutAsideAsync(custody, finding);
        if (finding.IsWhole && _custody.ContainsKey(finding.Key.Model)) await MendAsync(custody, finding);
    }

    /// <summary>An owner's own change, and a volume that went away, are no damage.</summary>
    private async Task<bool> IsNoDamageAsync(ModelCustody custody, SliceFinding finding)
    {
        if (custody.Donation is { } id) return _ledger.Look(id) is not { State: not DonationState.Away };
        var path = Path.Combine(custody.LocalKey.Folder, finding.Bad[0].Path);
        if (!await IsOwnersDoingAsync(custody, path)) return false;
        custody.Doubted = custody.Doubted.Without(finding.Slice);
        return true;
    }

    private async Task PutAsideAsync(ModelCustody custody, SliceFinding finding)
    {
        var fresh = finding.Bad.Where(bad => !custody.Bad.Contains(bad.Piece)).ToImmutableArray();
        Doubt(custody, finding.Slice, finding.Bad[0].Detail);
        // Only when the others have been told, and a crash would not make this node forget it, goes anything on.
        var pace = await _inbox.AskAsync(core => core?.Charter?.Policy.Pace, _stopping) ?? Pace.Real;
        _disks.Found(OnDisk(custody), finding, pace);
        if (fresh.IsEmpty) return;
        foreach (var bad in fresh) custody.LostFromDisk(bad.Piece);
        await ExchangeAsync(custody, () => _quarantine.Keep(OnDisk(custody), fresh));
    }

    /// <summary>Withdrawn, and to be read: what of it is right need not be fetched.</summary>
    private void Doubt(ModelCustody custody, int slice, string reason)
    {
        Withdraw(custody, slice, reason);
        _scrubs.Doubt(custody.LocalKey, slice);
        custody.Doubted = custody.Doubted.With(slice);
        TellRoom();
    }

    /// <summary>The engine closes the files, and opens them again with exactly those pieces that are right.</summary>
    private async Task ExchangeAsync(ModelCustody custody, Action? meanwhile = null)
    {
        await DropTwinAsync(custody);
        await _engine.Engine.RemoveAsync(custody.Key, _stopping);
        custody.Stopped = false;
        if (meanwhile is not null) await Task.Run(meanwhile, _stopping);
        if (await EnterAsync(custody, custody.PiecesHere()) is not null)
        {
            if (custody.Fetching.Count > 0) await ConnectAsync(custody);
            return;
        }
        _custody.TryRemove(custody.Entry.ModelId, out _);
        foreach (var slice in custody.Held.Slices.ToList()) Withdraw(custody, slice,
            "the engine does not take it back");
    }

    /// <summary>All of the slice was read: what is right is served, and what is bad is fetched.</summary>
    private async Task MendAsync(ModelCustody custody, SliceFinding finding)
    {
        var slice = finding.Slice;
        custody.Doubted = custody.Doubted.Without(slice);
        custody.ReadRight(slice, finding.Bad.Select(bad => bad.Piece));
        // A disk that cannot read is not written to; and an owner's files never are.
        var fetches = !custody.InPlace && finding.Bad.All(bad => bad.Fault != PieceFault.Unreadable);
        if (fetches)
        {
            custody.Mending = custody.Mending.With(slice);
            custody.Fetching.Add(slice);
        }
        else Fail(custody.Entry.ModelId, slice);
        if (!finding.Bad.IsEmpty) Tell(custody, finding, fetches);
        var pieces = await _engine.Engine.GetPiecesAsync(custody.Key, _stopping);
        if (pieces is null || !custody.AgreesWith(pieces, slice)) await ExchangeAsync(custody);
        if (!_custody.ContainsKey(custody.Entry.ModelId)) return;
        if (fetches)
        {
            await _engine.Engine.SetPiecePrioritiesAsync(custody.Key, custody.Priorities(), _stopping);
            if (!finding.Bad.IsEmpty) await ConnectAsync(custody);
            SecureIfComplete(custody, slice);
        }
        else if (custody.InPlace && finding.Bad.IsEmpty && custody.Securing.Add(slice)) Secure(custody, slice);
    }

    private void Tell(ModelCustody custody, SliceFinding finding, bool fetches)
    {
        var bytes = finding.Bad.Sum(bad => custody.Content.Metainfo.PieceBytes(bad.Piece));
        LogMending(custody.Entry.Model, finding.Slice, finding.Bad.Length, bytes, fetches ? "fetched again" : "lost");
        if (fetches) return;
        _warnings[DamageOf(custody.LocalKey, finding.Slice)] = $"{custody.Entry.Model}: slice {finding.Slice} is no " +
            $"longer served from {custody.LocalKey.Folder}: {finding.Bad[0].Detail}" + (custody.InPlace
                ? "; nothing is written to your files: put the right bytes back, for example with `weightswarm " +
                    "restore`, and `weightswarm add` the folder again"
                : "; other nodes replace it");
    }

    /// <summary>A piece that the engine reports is here only if it still says so: what was bad may have been reported
    /// before.</summary>
    private async Task<bool> IsHereAsync(ModelCustody custody, int piece)
    {
        if (!custody.Bad.Contains(piece)) return true;
        if (await _engine.Engine.GetPiecesAsync(custody.Key, _stopping) is not { } pieces || !pieces[piece])
            return false;
        custody.Bad.Remove(piece);
        return true;
    }

    private void EndDoubt(LocalModelKey key, int slice)
    {
        _scrubs.EndDoubt(key, slice);
        _warnings.TryRemove(DamageOf(key, slice), out _);
    }

    // The name of the warning.
    private static string DamageOf(LocalModelKey key, int slice) => $"{key.Folder} {slice}";

    private void Mended(ModelCustody custody, int slice)
    {
        EndDoubt(custody.LocalKey, slice);
        if (!custody.Mending.Contains(slice)) return;
        custody.Mending = custody.Mending.Without(slice);
        LogMended(custody.Entry.Model, slice);
    }

    [LoggerMessage(2070, LogLevel.Warning,
        "{Model}: slice {Slice} has {Pieces} bad pieces, {Bytes} bytes: {What}")]
    private partial void LogMending(string model, int slice, int pieces, long bytes, string what);

    [LoggerMessage(2071, LogLevel.Information, "{Model}: slice {Slice} is whole and held again")]
    private partial void LogMended(string model, int slice);

    [LoggerMessage(2072, LogLevel.Error, "Slice {Slice} cannot be mended now: {Problem}")]
    private partial void LogNotMended(int slice, string problem);
}
