using Microsoft.Extensions.Hosting;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// Proves that a model can be given back: restores it into a temporary folder, removes that, and records how it went.
/// One at a time.
/// </summary>
public sealed class RestoreDrill(
    ModelRestorer restorer, StateFolder state, DrillStore drills, IVolumes volumes, Clock clock)
    : IHostedService, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Any of these, drawn evenly from those that there is room for.</summary>
    /// <param name="entries">What is catalogued.</param>
    /// <param name="into">As for <see cref="RunAsync"/>.</param>
    /// <exception cref="ControlException">There is none, or no room for any.</exception>
    public Entry Draw(IReadOnlyList<Entry> entries, string into)
    {
        if (entries.Count == 0)
            throw new ControlException(
                ControlExit.NotFound, "no-such-model", "nothing is catalogued here yet, so there is nothing to try");
        var folder = into.Length > 0 ? into : state.FolderPath;
        var free = volumes.Of(folder)?.FreeBytes ?? long.MaxValue;
        var fitting = entries.Where(e => e.Bytes <= free).ToArray();
        if (fitting.Length == 0)
            throw new ControlException(
                ControlExit.NoSpace, "no-space",
                $"{folder} has {Core.ByteSize.Format(free)} free, and every model is larger; name a folder on " +
                "another volume with --into DIR");
        return fitting[Random.Shared.Next(fitting.Length)];
    }

    /// <summary>Tries one model; a failure is recorded, and thrown.</summary>
    /// <param name="entry">Which model.</param>
    /// <param name="into">A folder to make the temporary one in; empty: the state folder.</param>
    /// <param name="report">Progress of the restore.</param>
    /// <param name="cancellation">Stops it; nothing is recorded then.</param>
    /// <exception cref="ControlException">The model cannot be given back now.</exception>
    public async Task<RestoreDrillRecord> RunAsync(
        Entry entry, string into, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        if (!_one.Wait(0, CancellationToken.None))
            throw new ControlException(ControlExit.Refused, "busy", "another drill is running; wait for its end");
        try
        {
            RemoveLeftovers();
            return await RecordedAsync(entry, FolderIn(into), report, cancellation);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Removes what a drill left behind whose daemon was killed.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            RemoveLeftovers();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No reason not to start: the next drill meets the same, and says so.
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private string OwnFolder => Path.Combine(state.FolderPath, "drill");

    private void RemoveLeftovers()
    {
        if (Directory.Exists(OwnFolder)) Directory.Delete(OwnFolder, recursive: true);
    }

    private string FolderIn(string into) =>
        into.Length == 0 ? OwnFolder : Path.Combine(into, $".weightswarm-drill-{Guid.NewGuid():N}");

    private async Task<RestoreDrillRecord> RecordedAsync(
        Entry entry, string folder, Action<RestoreProgress> report, CancellationToken cancellation)
    {
        var started = clock.Now;
        try
        {
            // What it tries is what is left once the origin is gone.
            var order = new RestoreOrder(entry, folder, [], SwarmOnly: true);
            var outcome = await restorer.RestoreAsync(order, report, cancellation);
            return Record(entry, started, outcome.Bytes, ok: true, "ok");
        }
        catch (ControlException e) when (e.Code != "stopping")
        {
            Record(entry, started, 0, ok: false, e.Code);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorrentEngineException)
        {
            Record(entry, started, 0, ok: false, DiskFaults.IsNoSpace(e) ? "no-space" : "failure");
            throw;
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private RestoreDrillRecord Record(Entry entry, Core.Instant started, long bytes, bool ok, string outcome)
    {
        var record = new RestoreDrillRecord(
            entry.ModelId, started.UnixMs, clock.Now.Since(started), bytes, ok, outcome);
        drills.Add(record);
        return record;
    }
}
