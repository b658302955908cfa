using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Disks that refuse. What may be lost is withdrawn before anything else; a full volume loses nothing and takes nothing
/// new for a while; a broken disk is drained.
/// </summary>
public sealed partial class CustodyLoop
{
    // In plans: how long a donation rests whose volume refused a write, at first and at most.
    private const int FirstRest = 5, LongestRest = 30;

    private async Task FailedAsync(ModelCustody custody, TorrentFileError error)
    {
        LogFileError(custody.Entry.Model, error.File, error.Message);
        if (await IsAwayAsync(custody) || await IsOwnersDoingAsync(custody, error.File)) return;
        var before = custody.Held;
        // A full volume loses nothing that is held, and what is held is still served.
        if (!error.NoSpace) WithdrawFile(custody, error);
        if (error.NoSpace && custody.Donation is { } full)
            _warnings[SpaceOf(full)] =
                $"{custody.Entry.Model}: no space left for {error.File}; nothing more is fetched until some is freed";
        else _warnings[custody.SaveFolder] = $"{custody.Entry.Model}: {error.File}: {error.Message}";
        await RefusedAsync(custody, error.IsDiskError, $"{error.File}: {error.Message}");
        custody.Mending = SliceSet.Empty;
        foreach (var slice in custody.Fetching.ToList())
        {
            await GiveUpAsync(custody.Entry.ModelId, slice);
            Fail(custody.Entry.ModelId, slice);
        }
        custody.Stopped = true;
        if (error.NoSpace) return;
        if (custody.Held.IsEmpty && custody.Doubted.IsEmpty && custody.Trash.IsEmpty) await LeaveAsync(custody);
        else if (custody.Held.Count < before.Count) await ReopenAsync(custody);
    }

    /// <summary>What the file covers is no longer vouched for, until it has been read. The rest is served on.</summary>
    private void WithdrawFile(ModelCustody custody, TorrentFileError error)
    {
        foreach (var slice in SliceFiles
            .SlicesOf(custody.Content.Metainfo, custody.Entry, error.File, custody.SaveFolder))
            if (custody.Held.Contains(slice) && !custody.InPlace) Doubt(custody, slice, error.Message);
            else Withdraw(custody, slice, error.Message);
    }

    /// <summary>All of its pieces are right, and they could not be brought to disk for good.</summary>
    private async Task NotSecuredAsync(ModelCustody custody, int slice, Exception problem)
    {
        LogNotSecured(custody.Entry.Model, slice, problem.Message);
        custody.Mending = custody.Mending.Without(slice);
        // The system forgets what it failed to flush, and the next flush goes well: only reading it from the disk
        // shows what is there.
        custody.Unread = custody.Unread.With(slice);
        FreeReservation(custody, slice);
        if (!await IsAwayAsync(custody))
        {
            _warnings[custody.SaveFolder] =
                $"{custody.Entry.Model}: slice {slice} cannot be brought to disk: {problem.Message}";
            var isDiskError = problem is IOException io && DiskFaults.IsDiskError(io);
            await RefusedAsync(custody, isDiskError, problem.Message);
        }
        Fail(custody.Entry.ModelId, slice);
    }

    /// <summary>The donation takes nothing for a while; never again until its owner says so, if its disk is
    /// broken.</summary>
    private async Task RefusedAsync(ModelCustody custody, bool isDiskError, string detail)
    {
        if (custody.Donation is not { } donation) return;
        var pace = await _inbox.AskAsync(core => core?.Charter?.Policy.Pace, _stopping) ?? Pace.Real;
        if (isDiskError) _disks.Failed(donation, detail);
        var plan = TimeSpan.FromMilliseconds(pace.PlanMs);
        _ledger.Refused(donation, plan * FirstRest, plan * LongestRest);
        TellRoom();
    }

    // The name of the warning.
    private static string SpaceOf(Guid donation) => $"space {donation}";

    /// <summary>Takes the torrent out of the engine and puts it in again, with what is still vouched for.</summary>
    private async Task ReopenAsync(ModelCustody custody)
    {
        await _engine.Engine.RemoveAsync(custody.Key, _stopping);
        custody.Stopped = false;
        // Pieces that arrived before a write failed may never have reached the files.
        custody.KeepOnlyHeld();
        if (await EnterAsync(custody) is not null) return;
        _custody.TryRemove(custody.Entry.ModelId, out _);
        foreach (var slice in custody.Held.Slices.ToList()) Withdraw(custody, slice,
            "the engine does not take it back");
    }

    [LoggerMessage(2011, LogLevel.Error, "{Model}: {File}: {Message}")]
    private partial void LogFileError(string model, string file, string message);

    [LoggerMessage(2012, LogLevel.Error, "{Model}: slice {Slice} cannot be brought to disk: {Problem}")]
    private partial void LogNotSecured(string model, int slice, string problem);
}
