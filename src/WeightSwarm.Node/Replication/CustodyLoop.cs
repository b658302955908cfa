using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Turns the plan's decisions into torrent calls and their events into holdings. One thread of work, in order; what
/// waits long (content from peers, flush and fsync) runs beside it and comes back as work. A slice goes through: taken
/// (room reserved), prepared (metainfo here), fetched (every piece verified), secured (flushed, fsynced, recorded),
/// advertised.
/// </summary>
public sealed partial class CustodyLoop : BackgroundLoop
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(1);

    private readonly FetchQueue _queue;
    private readonly EngineHost _engine;
    private readonly SwarmInbox _inbox;
    private readonly DonationLedger _ledger;
    private readonly LocalModelStore _models;
    private readonly ScrubStore _scrubs;
    private readonly Quarantine _quarantine;
    private readonly DiskWatch _disks;
    private readonly TrashStore _trash;
    private readonly DrainStore _drain;
    private readonly ModelContents _contents;
    private readonly OriginBook _origins;
    private readonly WebSeedShim _shim;
    private readonly HiddenHolders _hidden;
    private readonly StateFolder _state;
    private readonly Clock _clock;
    private readonly Func<IScrubReader> _readers;
    private readonly ILogger<CustodyLoop> _log;
    private readonly ConcurrentDictionary<Hash256, ModelCustody> _custody;
    private readonly SortedDictionary<Hash256, Pending> _pending = [];
    private readonly ConcurrentDictionary<string, string> _warnings = new();
    private readonly SideWork _beside = new();
    private CancellationToken _stopping;
    private long _additions;

    /// <summary>A model that is wanted while its metainfo is still on its way.</summary>
    private sealed class Pending
    {
        public SortedSet<int> Slices { get; } = [];
    }

    /// <summary>With everything that it drives.</summary>
    public CustodyLoop(
        FetchQueue queue, EngineHost engine, SwarmInbox inbox, DonationLedger ledger, NodeStore store,
        ModelContents contents, Quarantine quarantine, DiskWatch disks, StateFolder state, CustodyTable table,
        Func<IScrubReader> readers, Clock clock, OriginBook origins, WebSeedShim shim, HiddenHolders hidden,
        HostFailure failure, ILogger<CustodyLoop> log)
        : base(failure)
    {
        (_custody, _readers) = (table.Models, readers);
        (_queue, _engine, _inbox, _ledger) = (queue, engine, inbox, ledger);
        (_models, _contents, _state, _clock, _log) = (store.Models, contents, state, clock, log);
        (_scrubs, _quarantine, _disks) = (store.Scrubs, quarantine, disks);
        (_trash, _drain) = (store.Trash, store.Drain);
        (_origins, _shim, _hidden) = (origins, shim, hidden);
    }

    /// <summary>Things that the owner ought to know, in words.</summary>
    public IReadOnlyCollection<string> Warnings => [.. _warnings.Values];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        _stopping = stopping;
        // Whichever of these ends first ends the loop, and with it, by its rule, the daemon.
        await await Task.WhenAny(
            PumpEventsAsync(stopping), PumpRefreshesAsync(stopping), WorkAsync(stopping), _beside.Failed);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var work in _queue.Reader.ReadAllAsync(stopping)) await DoAsync(work);
    }

    private async Task PumpEventsAsync(CancellationToken stopping)
    {
        await foreach (var happened in _engine.Engine.ReadEventsAsync(stopping)) _queue
            .Post(new FetchQueue.Happened(happened));
    }

    private async Task PumpRefreshesAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(RefreshEvery, _clock.Time);
        while (await timer.WaitForNextTickAsync(stopping)) _queue.Post(new FetchQueue.Refresh());
    }

    private async Task DoAsync(FetchQueue.Work work)
    {
        switch (work)
        {
            case FetchQueue.StartFetch start: await TakeAsync(start.Model, start.Slice); break;
            case FetchQueue.StopFetch stop: await GiveUpAsync(stop.Model, stop.Slice); break;
            case FetchQueue.Prepared prepared: await PreparedAsync(prepared); break;
            case FetchQueue.Happened happened: await HappenedAsync(happened.Event); break;
            case FetchQueue.Secured secured: await SecuredAsync(secured); break;
            case FetchQueue.Adopt adopt: await CompleteAsync(adopt.Done, () => AdoptAsync(adopt)); break;
            case FetchQueue.Resume resume: await CompleteAsync(resume.Done, () => ResumeAsync(resume)); break;
            case FetchQueue.Rebuild rebuild: await RebuildAsync(rebuild); break;
            case FetchQueue.LookInPlace look: await LookInPlaceAsync(look.Key); break;
            case FetchQueue.Found found: await FoundAsync(found); break;
            case FetchQueue.Looked looked: await LookedAsync(looked); break;
            case FetchQueue.ToTrash gone: MoveToTrash(gone.Release); break;
            case FetchQueue.Called called: await CalledAsync(called); break;
            case FetchQueue.Refresh: await RefreshAsync(); break;
        }
    }

    /// <summary>The caller waits for the end of this work and gets its failure; the loop goes on.</summary>
    private static async Task CompleteAsync(TaskCompletionSource done, Func<Task> work)
    {
        try
        {
            await work();
            done.SetResult();
        }
        catch (Exception e) when (e is TorrentEngineException or IOException or UnauthorizedAccessException)
        {
            done.SetException(e);
        }
    }

    private async Task RefreshAsync()
    {
        await TendDonationsAsync();
        await TellOriginsAsync();
        foreach (var custody in _custody.Values)
        {
            await TendTwinAsync(custody);
            foreach (var slice in custody.Fetching)
                _inbox.Post(new CoreInput.SliceProgress(
                    custody.Entry.ModelId, slice, custody.Percent(slice), custody.Parts(slice)));
            if (custody.Fetching.Count > 0) await ConnectAsync(custody);
            await TendOriginAsync(custody);
        }
        await TendReleasesAsync();
        TellRoom();
    }

    /// <summary>Tells the core what another slice may take now; the trash gives way to it.</summary>
    private void TellRoom()
    {
        var rooms = _ledger.Look().Where(d => d is { State: DonationState.Present, Rests: false })
            .ToDictionary(d => d.Donation.Id, d => d.RoomBytes + TrashBytes(d.Donation.Id));
        var largest = rooms.Values.DefaultIfEmpty(0).Max();
        // A model that has a folder grows there, and an owner's own files never do.
        var tight = _custody.Values.Where(c => c.Held.Count < c.Entry.Slices)
            .Select(c => (c.Entry.ModelId, Room: c.Donation is { } id ? rooms.GetValueOrDefault(id) : 0))
            .Where(m => m.Room < largest).ToImmutableSortedDictionary(m => m.ModelId, m => m.Room);
        _inbox.Post(new CoreInput.RoomChanged(largest, rooms.Values.Sum(), _ledger.DonatedBytes)
        {
            ModelRooms = tight,
        });
    }

    /// <summary>Connects to every present holder, and to those who fetch the same; the engine ignores known
    /// peers.</summary>
    private async Task ConnectAsync(ModelCustody custody)
    {
        var peers = await _inbox.AskAsync(core => SourcePeers.Of(core, custody.Entry.ModelId), _stopping);
        foreach (var peer in peers) await _engine.Engine.ConnectPeerAsync(custody.Key, peer, _stopping);
        await _hidden.CallAsync(custody.Entry.ModelId, _engine.Engine.ListenPort, _stopping);
    }

    /// <summary>A peer cannot dial this node and asks to be dialled.</summary>
    private async Task CalledAsync(FetchQueue.Called called)
    {
        foreach (var custody in _custody.Values.Where(c => c.Entry.ModelId == called.Model))
            await _engine.Engine.ConnectPeerAsync(custody.Key, called.Address, _stopping);
    }
}
