using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Auditing;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// The one thread that drives the core: it takes inputs in order, lets the core handle them, keeps the records that it
/// accepted, and only then carries out what it asked for. Nothing else ever touches the core.
/// </summary>
public sealed class SwarmLoop(
    Clock clock, SwarmInbox inbox, NodeStore store, SessionTable sessions, FetchQueue fetches, ReceiptAsker receipts,
    AuditLoop audits, TimedAsker timed, ProgressAsker progress, GossipGate gate, HostFailure failure)
    : BackgroundLoop(failure)
{
    private const int MostInputsPerTurn = 256;
    private const long ScoresEveryMs = 60_000;

    /// <summary>Until the charter says how hurried the network is.</summary>
    private static readonly TimeSpan FirstTick = TimeSpan.FromMilliseconds(100);

    private long _scoresKeptMs;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var ticker = new PeriodicTimer(FirstTick, clock.Time);
        await using var broadcast = new BroadcastTimer(clock, inbox);
        await await Task.WhenAny(TickAsync(ticker, stopping), TurnAsync(ticker, broadcast, stopping));
    }

    private async Task TurnAsync(PeriodicTimer ticker, BroadcastTimer broadcast, CancellationToken stopping)
    {
        SwarmCore? core = null;
        while (await inbox.Reader.WaitToReadAsync(stopping))
        {
            core = Turn(core);
            if (core is not null) broadcast.Set(core.NextBroadcastMs);
            if (core?.Charter is { } charter && ticker.Period.TotalMilliseconds != charter.Policy.Pace.TickMs)
                ticker.Period = TimeSpan.FromMilliseconds(charter.Policy.Pace.TickMs);
        }
    }

    private async Task TickAsync(PeriodicTimer ticker, CancellationToken stopping)
    {
        var beforeMs = clock.Now.MonotonicMs;
        while (await ticker.WaitForNextTickAsync(stopping))
        {
            var atMs = clock.Now.MonotonicMs;
            TellLag(atMs - beforeMs - (long)ticker.Period.TotalMilliseconds);
            beforeMs = atMs;
            inbox.Post(new CoreInput.Tick(), () => TellLag(clock.Now.MonotonicMs - atMs));
        }
    }

    /// <summary>A timer that rings late, or a queue that is worked off late: both are this machine's doing.</summary>
    private void TellLag(long lateMs)
    {
        if (lateMs >= Pace.Real.LagMs) inbox.Post(new CoreInput.Lagged(lateMs));
    }

    private SwarmCore? Turn(SwarmCore? core)
    {
        List<CoreOutput> outputs = [];
        List<Action> after = [];
        for (var i = 0; i < MostInputsPerTurn && inbox.Reader.TryRead(out var work); i++)
            core = Do(work, core, outputs, after);
        Keep(outputs);
        foreach (var output in outputs) CarryOut(output);
        foreach (var done in after) done();
        KeepScores(core);
        return core;
    }

    private SwarmCore? Do(SwarmInbox.Work work, SwarmCore? core, List<CoreOutput> outputs, List<Action> after)
    {
        switch (work)
        {
            case SwarmInbox.Input input:
                if (core is not null) outputs.AddRange(core.Handle(input.Value, clock.Now));
                input.Handled?.Invoke();
                break;
            case SwarmInbox.Question question:
                var seen = core;
                after.Add(() => question.Ask(seen));
                break;
            case SwarmInbox.Begin begin:
                foreach (var input in begin.First) outputs.AddRange(begin.Core.Handle(input, clock.Now));
                after.Add(begin.Done.SetResult);
                return begin.Core;
        }
        return core;
    }

    /// <summary>Every minute, while somebody has a bad score: they fade by half in eleven.</summary>
    private void KeepScores(SwarmCore? core)
    {
        var now = clock.Now;
        if (core is null || now.MonotonicMs - _scoresKeptMs < ScoresEveryMs) return;
        _scoresKeptMs = now.MonotonicMs;
        store.Reputation.KeepScores([.. core.BadScores], now.UnixMs);
    }

    /// <summary>Records first: nothing is told to anybody that a crash would make this node forget.</summary>
    private void Keep(List<CoreOutput> outputs)
    {
        // Claims live for seconds or minutes; a node that restarts makes new ones.
        var kept = outputs.OfType<CoreOutput.Persist>().Select(p => p.Record).Where(r => r.Kind != RecordKind.Claim)
            .ToList();
        var gone = outputs.OfType<CoreOutput.Forget>().Select(f => f.Record).Where(r => r.Kind != RecordKind.Claim)
            .ToList();
        if (gone.Count > 0) store.Records.Delete(gone.Select(RegisterOf));
        if (kept.Count > 0) store.Records.Upsert(kept.Select(r => new StoredRecord(
            RegisterOf(r), r.Seq, r.IssuedMs + r.TtlMs, r.Bytes)));
        var peers = kept.Where(r => r.Kind == RecordKind.Node).SelectMany(KnownAt).ToList();
        if (peers.Count > 0) store.Peers.Upsert(peers);
        // A node whose record stays what it is only renews it: that is a sign of life as good.
        var renewed = kept.Where(r => r.Kind == RecordKind.Renewal).Select(r => r.Author).ToList();
        if (renewed.Count > 0) store.Peers.Seen(renewed, clock.Now.UnixMs);
        store.Reputation.Met(
            kept.Where(r => r.Kind == RecordKind.Node).Select(r => r.Author).Concat(renewed), clock.Now.UnixMs);
        store.Reputation.Reached(outputs.OfType<CoreOutput.PeerReached>().Select(r => r.Peer), clock.Now.UnixMs);
        if (outputs.OfType<CoreOutput.AnchorsChanged>().LastOrDefault() is { } anchors)
            store.Peers.SaveAnchors(anchors.Anchors);
        store.Audits.Save(outputs.OfType<CoreOutput.AuditsKept>());
        foreach (var ban in outputs.OfType<CoreOutput.Ban>()) store.Reputation.Banned(ban.Details, clock.Now);
    }

    /// <summary>Addresses outlive the leases of the records that named them: after a long absence they lead
    /// back.</summary>
    private IEnumerable<KnownPeer> KnownAt(Record node) =>
        RecordBodies.Node(node).Endpoints.Where(e => e.GossipPort > 0).Select(e => new KnownPeer(
            node.Author, new IPEndPoint(new IPAddress(e.Ip.Span), (int)e.GossipPort), clock.Now.UnixMs));

    private static RecordRegister RegisterOf(Record record) =>
        new(record.Author, (uint)record.Kind, record.Subject.ToArray());

    private void CarryOut(CoreOutput output)
    {
        switch (output)
        {
            case CoreOutput.Send send: sessions.Send(send.Session, send.Frame); break;
            case CoreOutput.Dial dial: sessions.Dial(dial.Address, dial.Peer); break;
            case CoreOutput.Knock knock: sessions.Knock(knock); break;
            case CoreOutput.Close close: sessions.Close(close.Session, close.Reason); break;
            case CoreOutput.Ban ban: gate.Put(ban.Details); break;
            case CoreOutput.Content content: sessions.Content(content.Session, content.Frame); break;
            case CoreOutput.StartFetch start: fetches.Start(start.Model, start.Slice); break;
            case CoreOutput.StopFetch stop: fetches.Stop(stop.Model, stop.Slice); break;
            case CoreOutput.AskReceipt ask: receipts.Ask(ask); break;
            case CoreOutput.AskAudit ask: audits.Ask(ask); break;
            case CoreOutput.AskTimed ask: timed.Ask(ask); break;
            case CoreOutput.AskProgress ask: progress.Ask(ask); break;
            case CoreOutput.MoveToTrash release: fetches.MoveToTrash(release); break;
        }
    }
}
