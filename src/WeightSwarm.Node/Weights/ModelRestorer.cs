using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Weights;

/// <summary>How far a restore has come.</summary>
/// <param name="Phase">locating, fetching, verifying or publishing.</param>
/// <param name="Bytes">Done in this phase.</param>
/// <param name="TotalBytes">Of this phase.</param>
/// <param name="Sources">Peers that it fetches from.</param>
/// <param name="BytesPerSecond">Rate down.</param>
/// <param name="File">The file at hand; may be empty.</param>
public sealed record RestoreProgress(
    string Phase, long Bytes, long TotalBytes, int Sources, long BytesPerSecond, string File);

/// <summary>
/// Gives a model back. An engine of its own fetches into a staging folder beside the target, from this node and every
/// other holder alike, so that custody is never touched; then every file is read again and compared with its SHA-256,
/// and only then do the files get their own names. The staging folder stays after a failure: the next try goes on from
/// there.
/// </summary>
public sealed class ModelRestorer(
    SwarmInbox inbox, ModelContents contents, EngineHost engine, IEngineFactory engines, IVolumes volumes, Clock clock,
    DaemonOptions options)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Restores the entry into the folder; answers when every file stands there, verified.</summary>
    /// <exception cref="ControlError">Something is in the way, missing, wrong, or there is no space.</exception>
    public async Task<Manifest> RestoreAsync(
        Entry entry, string folder, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        report(new RestoreProgress("locating", 0, entry.Bytes, 0, 0, ""));
        var holders = await inbox.AskAsync(core => SourcePeers.Holders(core, entry.ModelId), cancellation);
        var (content, problem) = await contents.GetAsync(entry, holders, cancellation);
        if (content is null) throw new ControlError(ControlExit.Incomplete, "no-metainfo", $"{entry.Model}: {problem}");
        var staging = Path.Combine(folder, $".weightswarm-{entry.ModelId.ToString()[..16]}");
        RefuseCollision(content.Manifest, folder);
        RefuseLackOfSpace(entry, folder, staging);
        Prepare(folder, staging);
        await FetchAsync(content, staging, report, cancellation);
        await VerifyAsync(content, staging, report, cancellation);
        report(new RestoreProgress("publishing", entry.Bytes, entry.Bytes, 0, 0, ""));
        Publish(content, staging, folder);
        return content.Manifest;
    }

    /// <summary>Says early what publishing would say at the end.</summary>
    private static void RefuseCollision(Manifest manifest, string folder)
    {
        if (File.Exists(folder))
            throw new ControlError(ControlExit.Usage, "not-a-folder",
                $"{folder} is a file; name a folder to restore into");
        foreach (var file in manifest.Files)
            if (Path.Exists(Path.Combine(folder, file.Path)))
                throw new ControlError(
                    ControlExit.Refused, "exists",
                    $"{Path.Combine(folder, file.Path)} exists and is never overwritten; restore into another folder");
    }

    /// <summary>Before anything is made; what an earlier try left in the staging folder counts as had.</summary>
    private void RefuseLackOfSpace(Entry entry, string folder, string staging)
    {
        if (volumes.Of(DonationPaths.NearestExisting(folder)) is not { } volume) return;
        var here = Directory.Exists(staging)
            ? Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories).Sum(f => FileFacts.Of(f)?.BlockBytes ?? 0)
            : 0;
        if (volume.FreeBytes + here < entry.Bytes) throw NoSpace(entry, folder, volume.FreeBytes);
    }

    private static ControlError NoSpace(Entry entry, string folder, long freeBytes) => new(
        ControlExit.NoSpace, "no-space",
        $"{entry.Model} takes {Core.ByteSize.Format(entry.Bytes)} and {folder} has {Core.ByteSize.Format(freeBytes)} free; " +
        "free some space or restore onto another volume");

    private static void Prepare(string folder, string staging)
    {
        try
        {
            Directory.CreateDirectory(staging);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlError(
                ControlExit.Failure, "not-writable", $"{folder} cannot be written: {e.Message}; choose another folder");
        }
    }

    private async Task FetchAsync(
        ModelContent content, string staging, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        await using var own = engines.Create(new TorrentEngineOptions
        {
            Listen = new IPEndPoint(IPAddress.IsLoopback(options.Listen) ? options.Listen : IPAddress.Any, 0),
            TouchesTheInternet = false,
        });
        var key = await own.AddAsync(
            new TorrentSpec { Metainfo = content.Metainfo.ToEngineBytes(), SaveFolder = staging }, cancellation);
        var pace = await inbox.AskAsync(core => core?.Charter?.Policy.Pace ?? Pace.Real, cancellation);
        var stalled = new Stall(clock, pace.RestorePatienceMs);
        using var timer = new PeriodicTimer(Poll, clock.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            await ConnectAsync(own, key, content.Entry, cancellation);
            var status = await own.GetStatusAsync(key, cancellation)
                ?? throw new TorrentEngineException("the restore's torrent is gone from its engine");
            report(new RestoreProgress(
                "fetching", status.TotalWantedDoneBytes, status.TotalWantedBytes, status.Peers,
                    status.DownloadBytesPerSecond, ""));
            if (status.State is TorrentState.Finished or TorrentState.Seeding) break;
            if (status.State == TorrentState.Error) throw FileError(content.Entry, staging, status);
            if (stalled.After(status.TotalWantedDoneBytes)) throw await StalledAsync(content.Entry, staging, pace, cancellation);
        }
        await own.FlushAsync(key, cancellation);
        await own.RemoveAsync(key, cancellation);
    }

    /// <summary>This daemon's own engine is one of the sources: what is held here comes over loopback.</summary>
    private async Task ConnectAsync(ITorrentEngine own, string key, Entry entry, CancellationToken cancellation)
    {
        var peers = await inbox.AskAsync(core => SourcePeers.Of(core, entry.ModelId), cancellation);
        var local = IPAddress.IsLoopback(options.Listen) ? options.Listen : IPAddress.Loopback;
        foreach (var peer in peers.Append(new IPEndPoint(local, engine.Engine.ListenPort)))
            await own.ConnectPeerAsync(key, peer, cancellation);
    }

    private async Task<ControlError> StalledAsync(
        Entry entry, string staging, Pace pace, CancellationToken cancellation)
    {
        var missing = await inbox.AskAsync(core => SourcePeers.SlicesWithoutSource(core, entry.ModelId), cancellation);
        var why = missing.IsEmpty
            ? "every slice has a present holder, but none delivers; see the log of the holders"
            : $"slices {string.Join(", ", missing.Slices.Take(20))} have no present holder " +
                $"(see `weightswarm why {entry.Model}`)";
        return new ControlError(
            ControlExit.Incomplete, "incomplete",
            $"{entry.Model} cannot be completed now: nothing came for {pace.RestorePatienceMs / 1000} s, and {why}. " +
            $"What is here stays in {staging}; run the same command again to go on");
    }

    private ControlError FileError(Entry entry, string staging, TorrentStatus status)
    {
        var folder = Path.GetDirectoryName(staging)!;
        var free = volumes.Of(staging)?.FreeBytes ?? long.MaxValue;
        return free < status.TotalWantedBytes - status.TotalWantedDoneBytes
            ? NoSpace(entry, folder, free)
            : new ControlError(
                ControlExit.Failure, "disk",
                $"{entry.Model}: writing into {folder} failed: {status.Error}; mend the cause and run the same command again");
    }

    private static async Task VerifyAsync(
        ModelContent content, string staging, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        var root = Path.Combine(staging, content.Metainfo.Name);
        MakeEmptyFiles(content.Manifest, root);
        var progress = new Progress(p => report(new RestoreProgress("verifying", p.Bytes, p.TotalBytes, 0, 0, p.File)));
        var verdicts = await FileVerifier.VerifyAsync(root, content.Manifest, progress, cancellation);
        if (verdicts.FirstOrDefault(v => v.Outcome != VerifyOutcome.Intact) is not { } bad) return;
        throw new ControlError(
            ControlExit.VerificationFailed, "verification-failed",
            $"{content.Entry.Model}: {bad.Detail}; nothing was published. Remove {staging} and try again");
    }

    /// <summary>An empty file has no piece, so no peer ever sends it.</summary>
    private static void MakeEmptyFiles(Manifest manifest, string root)
    {
        foreach (var file in manifest.Files.Where(f => f.Bytes == 0))
        {
            var path = Path.Combine(root, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path)) File.Create(path).Dispose();
        }
    }

    private static void Publish(ModelContent content, string staging, string folder)
    {
        var published = RestorePublisher
            .Publish(Path.Combine(staging, content.Metainfo.Name), folder, content.Manifest);
        if (published.Outcome == PublishOutcome.Collision)
            throw new ControlError(ControlExit.Refused, "exists", published.Reason);
        if (published.Outcome != PublishOutcome.Complete)
            throw new ControlError(ControlExit.Failure, "publish", published.Reason);
        Directory.Delete(staging, recursive: true);
    }

    /// <summary>Reports on the caller's thread, in order.</summary>
    private sealed class Progress(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }

    /// <summary>Notices that nothing has come for too long.</summary>
    private sealed class Stall(Clock clock, long patienceMs)
    {
        private long _bytes = -1;
        private long _sinceMs;

        public bool After(long bytes)
        {
            var now = clock.Now.MonotonicMs;
            if (bytes != _bytes) (_bytes, _sinceMs) = (bytes, now);
            return now - _sinceMs > patienceMs;
        }
    }
}
