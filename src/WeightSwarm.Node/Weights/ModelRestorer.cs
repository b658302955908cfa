using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Hosting;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Weights;

/// <summary>How far a restore has come.</summary>
/// <param name="Phase">locating, comparing, checking, fetching, verifying or publishing.</param>
/// <param name="Bytes">Done in this phase.</param>
/// <param name="TotalBytes">Of this phase.</param>
/// <param name="Sources">Peers that it fetches from.</param>
/// <param name="BytesPerSecond">Rate down.</param>
/// <param name="File">The file at hand; may be empty.</param>
public sealed record RestoreProgress(
    string Phase, long Bytes, long TotalBytes, int Sources, long BytesPerSecond, string File);

/// <summary>What to give back, and where.</summary>
/// <param name="Entry">Which model.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Files">Which files; empty: all.</param>
/// <param name="SwarmOnly">Not from the model's origin, even where too few hold it.</param>
public sealed record RestoreOrder(
    Entry Entry, string Folder, ImmutableArray<FileGlob> Files, bool SwarmOnly = false);

/// <summary>What a restore gave back.</summary>
/// <param name="Files">Files that stand in the folder, verified.</param>
/// <param name="Bytes">Their sum.</param>
/// <param name="FetchedBytes">Payload received in this run, waste included.</param>
/// <param name="Kept">How many of the files were there before, intact.</param>
public sealed record RestoreOutcome(int Files, long Bytes, long FetchedBytes, int Kept);

/// <summary>
/// Gives a model back. An engine of its own fetches into a staging folder inside the target, from this node and every
/// other holder alike, so that custody is never touched; then every file is read again and compared with its SHA-256,
/// and only then do the files get their own names. The staging folder stays after a failure: the next try goes on from
/// there. Files that are in the target already, intact, are kept.
/// </summary>
public sealed class ModelRestorer(
    SwarmInbox inbox, ModelContents contents, EngineHost engine, IEngineFactory engines, Bandwidth bandwidth,
    ModelWants wants, OriginBook origins, WebSeedShim shim, HiddenHolders hidden, IVolumes volumes, Clock clock,
    DaemonOptions options, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>Restores into the folder; answers when every file stands there, verified.</summary>
    /// <exception cref="ControlException">Something is in the way, missing, wrong, or there is no space.</exception>
    public async Task<RestoreOutcome> RestoreAsync(
        RestoreOrder order, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            return await RunAsync(order, report, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ControlException(
                ControlExit.Incomplete, "stopping",
                $"the daemon stops; once it runs again, the same command goes on with {order.Entry.Model}");
        }
    }

    /// <summary>Compares what is in the folder with the model, and changes nothing.</summary>
    /// <exception cref="ControlException">The model's manifest cannot be had, or no file is named.</exception>
    public async Task<ImmutableArray<FileVerdict>> VerifyAsync(
        RestoreOrder order, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        using var wanted = wants.Want(order.Entry.ModelId);
        var content = await LocateAsync(order.Entry, report, cancellation);
        var selection = RestoreSelection.Of(content, order.Files);
        return await FileVerifier.VerifyAsync(order.Folder, selection.Files, Verifying(report), cancellation);
    }

    private async Task<RestoreOutcome> RunAsync(
        RestoreOrder order, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        using var wanted = wants.Want(order.Entry.ModelId);
        var content = await LocateAsync(order.Entry, report, cancellation);
        var whole = RestoreSelection.Of(content, order.Files);
        var intact = await RestoreTarget.IntactAsync(whole, order.Folder, report, cancellation);
        var missing = whole.Except(intact);
        var fetched = 0L;
        if (missing.Indexes.Length > 0 || Directory.Exists(RestoreStaging.FolderOf(order.Entry, order.Folder)))
        {
            using var staging = RestoreStaging.Open(order.Entry, order.Folder);
            CheckSpace(missing, staging, order.Folder);
            fetched = await FetchAndVerifyAsync(missing, order.SwarmOnly, staging, report, cancellation);
            report(new RestoreProgress("publishing", missing.Bytes, missing.Bytes, 0, 0, ""));
            await Task.Run(() => Publish(missing, staging, order.Folder), CancellationToken.None);
        }
        return new RestoreOutcome(whole.Indexes.Length, whole.Bytes, fetched, intact.Count);
    }

    /// <summary>A daemon that has just started has no session yet: its peers are given some time.</summary>
    private async Task<ModelContent> LocateAsync(
        Entry entry, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        report(new RestoreProgress("locating", 0, entry.Bytes, 0, 0, ""));
        var until = clock.Now.MonotonicMs + (await PatienceAsync(cancellation)).TotalMilliseconds;
        using var timer = new PeriodicTimer(Again, clock.Time);
        while (true)
        {
            var holders = await inbox.AskAsync(core => SourcePeers.Holders(core, entry.ModelId), cancellation);
            var (content, problem) = await contents.GetAsync(entry, holders, cancellation);
            if (content is not null) return content;
            if (clock.Now.MonotonicMs >= until)
                throw new ControlException(
                    ControlExit.Incomplete, "no-metainfo",
                    $"{entry.Model}: {problem}; see `weightswarm why {entry.Model}` for who holds it");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private Task<TimeSpan> PatienceAsync(CancellationToken cancellation) => inbox.AskAsync(
        core => TimeSpan.FromMilliseconds((core?.Charter?.Policy.Pace ?? Pace.Real).RestorePatienceMs), cancellation);

    private void CheckSpace(RestoreSelection selection, RestoreStaging staging, string folder)
    {
        var free = volumes.Of(staging.Folder)?.FreeBytes ?? long.MaxValue;
        if (free >= selection.Bytes - staging.BlockBytes()) return;
        throw new ControlException(
            ControlExit.NoSpace, "no-space",
            $"{selection.Content.Entry.Model} takes {Core.ByteSize.Format(selection.Bytes)} there, " +
            $"and {folder} has {Core.ByteSize.Format(free)} free; free some space or restore onto another volume");
    }

    /// <summary>
    /// Once more with every staged byte hashed when a file is not what it must be: the record of an earlier run may say
    /// more than a crash of the machine left on the disk.
    /// </summary>
    private async Task<long> FetchAndVerifyAsync(
        RestoreSelection selection, bool swarmOnly, RestoreStaging staging, Action<RestoreProgress> report,
        CancellationToken cancellation)
    {
        var fetched = await FetchAsync(selection, swarmOnly, staging, report, cancellation);
        if (await FirstFaultAsync(selection, staging, report, cancellation) is null) return fetched;
        staging.ForgetVerified();
        fetched += await FetchAsync(selection, swarmOnly, staging, report, cancellation);
        if (await FirstFaultAsync(selection, staging, report, cancellation) is not { } bad) return fetched;
        throw new ControlException(
            ControlExit.VerificationFailed, "verification-failed",
            $"{selection.Content.Entry.Model}: {bad.Detail}, although every piece has the hash that the .torrent " +
            $"says; nothing was published, and what was fetched is in {staging.Folder}");
    }

    private async Task<long> FetchAsync(
        RestoreSelection selection, bool swarmOnly, RestoreStaging staging, Action<RestoreProgress> report,
        CancellationToken cancellation)
    {
        if (selection.Bytes == 0) return 0;
        var patience = await PatienceAsync(cancellation);
        await using var own = await Task.Run(CreateEngine, cancellation);
        using var membership = await bandwidth.JoinAsync(own, cancellation);
        using var origin = new OriginLink(origins, shim, own);
        var fetch = new RestoreFetch(own, selection, staging, clock, report) { Origin = swarmOnly ? null : origin };
        var entry = selection.Content.Entry;
        if (await fetch.RunAsync(token => SourcesAsync(selection, own.ListenPort, token), patience, cancellation))
            return fetch.FetchedBytes;
        throw await StalledAsync(entry, staging.Folder, patience, fetch.Peers, cancellation);
    }

    private ITorrentEngine CreateEngine() =>
        engines.Create(EngineHost.OptionsFor(options, port: 0));

    /// <summary>This daemon's own engine is one of the sources: what is held here comes over loopback.</summary>
    private async Task<RestoreSources> SourcesAsync(
        RestoreSelection selection, int port, CancellationToken cancellation)
    {
        var model = selection.Content.Entry.ModelId;
        await hidden.CallAsync(model, port, cancellation);
        var (peers, thin, held) = await inbox.AskAsync(core => (
            SourcePeers.Of(core, model), SourcePeers.ThinSlices(core, model),
            core?.Held.GetValueOrDefault(model) ?? SliceSet.Empty), cancellation);
        var own = options.Listen.Equals(IPAddress.Any) ? IPAddress.Loopback
            : options.Listen.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : options.Listen;
        return new RestoreSources(
            [new IPEndPoint(own, engine.Engine.ListenPort), .. peers],
            selection.Slices().Any(slice => thin.Contains(slice) && !held.Contains(slice)));
    }

    private async Task<ControlException> StalledAsync(
        Entry entry, string staging, TimeSpan patience, int peers, CancellationToken cancellation)
    {
        var missing = await inbox.AskAsync(core => SourcePeers.SlicesWithoutSource(core, entry.ModelId), cancellation);
        var why = missing.IsEmpty
            ? $"every slice has a present holder, but {WhyNot(peers)}"
            : $"slices {string.Join(", ", missing.Slices.Take(20))} have no present holder " +
                $"(see `weightswarm why {entry.Model}`)";
        if (origins.Describe(entry) is { Length: > 0 } origin) why += $"; the origin {entry.Origin} is {origin}";
        return new ControlException(
            ControlExit.Incomplete, "incomplete",
            $"{entry.Model} cannot be completed now: nothing came for {patience.TotalSeconds:0} s, and {why}. " +
            $"What is here stays in {staging}; run the same command again to go on");
    }

    private static string WhyNot(int peers) => peers == 0
        ? "none answers at its BitTorrent port: see that it is open there"
        : $"none delivers, of {peers} connected; see the log of the holders";

    private static async Task<FileVerdict?> FirstFaultAsync(
        RestoreSelection selection, RestoreStaging staging, Action<RestoreProgress> report,
        CancellationToken cancellation)
    {
        var root = Path.Combine(staging.Files, selection.Content.Metainfo.Name);
        MakeEmptyFiles(selection.Files, root);
        var verdicts = await FileVerifier.VerifyAsync(root, selection.Files, Verifying(report), cancellation);
        return verdicts.FirstOrDefault(v => v.Outcome != VerifyOutcome.Intact);
    }

    private static Relay Verifying(Action<RestoreProgress> report) =>
        new(p => report(new RestoreProgress("verifying", p.Bytes, p.TotalBytes, 0, 0, p.File)));

    /// <summary>An empty file has no piece, so no peer ever sends it.</summary>
    private static void MakeEmptyFiles(ImmutableArray<ManifestFile> files, string root)
    {
        foreach (var file in files.Where(f => f.Bytes == 0))
        {
            var path = Path.Combine(root, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path)) File.Create(path).Dispose();
        }
    }

    private static void Publish(RestoreSelection selection, RestoreStaging staging, string folder)
    {
        var root = Path.Combine(staging.Files, selection.Content.Metainfo.Name);
        var published = RestorePublisher.Publish(root, folder, selection.Files);
        if (published.Outcome != PublishOutcome.Complete) throw new ControlException(
            published.Outcome switch
            {
                PublishOutcome.Collision => ControlExit.Refused,
                PublishOutcome.NoSpace => ControlExit.NoSpace,
                _ => ControlExit.Failure,
            },
            published.Outcome switch
            {
                PublishOutcome.Collision => "exists",
                PublishOutcome.NoSpace => "no-space",
                _ => "publish",
            }, published.Reason);
        staging.Delete();
    }

    /// <summary>Reports on the caller's thread, in order.</summary>
    private sealed class Relay(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }
}
