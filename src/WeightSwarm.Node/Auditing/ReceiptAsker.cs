using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Challenges holders for the release path: sends the challenge on a stream (dialling the holder when there is none),
/// checks the answer against the manifest, and tells the core what came of it, always.
/// </summary>
public sealed partial class ReceiptAsker(
    CustodyTable custody, SwarmInbox inbox, SessionTable sessions, ReceiptServer receipts, Clock clock,
    HostFailure failure, ILogger<ReceiptAsker> log) : BackgroundLoop(failure)
{
    /// <summary>Leaves that a receipt shows.</summary>
    public const int LeavesShown = 3;

    private const int MostAtOnce = 16;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly EcdsaVerifier _verifier = new();
    private readonly Channel<CoreOutput.AskReceipt> _queue =
        Channel.CreateUnbounded<CoreOutput.AskReceipt>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues a challenge.</summary>
    public void Ask(CoreOutput.AskReceipt ask) => _queue.Writer.TryWrite(ask);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Parallel.ForEachAsync(
        _queue.Reader.ReadAllAsync(stopping),
        new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stopping },
        async (ask, cancellation) => await AskAsync(ask, cancellation));

    private async Task AskAsync(CoreOutput.AskReceipt ask, CancellationToken cancellation)
    {
        var verdict = await ChallengeAsync(ask, cancellation);
        if (verdict.Fault.Length > 0) LogFault(ask.Holder.Brief, ask.Slice, verdict.Fault);
        inbox.Post(new CoreInput.ReceiptArrived(
            ask.Holder, ask.Model, ask.Slice, ask.Nonce, verdict.Outcome, verdict.TicketMs));
    }

    private async Task<ReceiptVerdict> ChallengeAsync(CoreOutput.AskReceipt ask, CancellationToken cancellation)
    {
        if (custody.ContentOf(ask.Model) is not { } content)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "the manifest is not here");
        var challenge = new ReceiptChallenge(ask.Nonce, ask.Model, ask.Slice, LeavesShown);
        var (verdict, _) = await ChallengeAsync(
            ask.Holder, challenge, SliceLeaves.Of(content.Manifest, content.Entry),
            TimeSpan.FromMilliseconds(ask.WithinMs), cancellation);
        return verdict;
    }

    /// <summary>Challenges a holder, dialling it when there is no stream, and judges its answer.</summary>
    /// <returns>The verdict, and the answer that it is on; null where none came.</returns>
    internal async Task<(ReceiptVerdict Verdict, Answer? Answer)> ChallengeAsync(
        NodeId holder, ReceiptChallenge challenge, SliceLeaves layout, TimeSpan within, CancellationToken cancellation)
    {
        if (await ExchangeAsync(holder, challenge.Nonce, challenge.ToMessage(), within, cancellation) is not { } answer)
            return (new ReceiptVerdict(ReceiptOutcome.Offline, 0, ""), null);
        var network = await inbox.AskAsync(core => core!.Network, cancellation);
        return (ReceiptAnswer.Judge(answer, holder, network, _verifier, challenge, layout), answer);
    }

    /// <summary>The answer to a challenge, dialling the peer when there is no stream; null when none comes in
    /// time.</summary>
    internal async Task<Answer?> ExchangeAsync(
        NodeId peer, Nonce nonce, Challenge challenge, TimeSpan within, CancellationToken cancellation)
    {
        var started = clock.Time.GetTimestamp();
        if (!await ReachAsync(peer, within, cancellation)) return null;
        var left = within - clock.Time.GetElapsedTime(started);
        if (left <= TimeSpan.Zero) return null;
        var waiting = receipts.WaitAsync(nonce, left, cancellation);
        sessions.SendTo(peer, new Frame { Challenge = challenge });
        return await waiting;
    }

    /// <summary>Whether there is a stream on which both have greeted; dials when there is none.</summary>
    internal async Task<bool> ReachAsync(NodeId holder, TimeSpan within, CancellationToken cancellation)
    {
        if (await IsGreetedAsync(holder, cancellation)) return true;
        var addresses = await inbox.AskAsync(core => PeerAddresses.Of(core, holder), cancellation);
        if (addresses.Count == 0) return false;
        foreach (var address in addresses) sessions.Dial(address, holder);
        using var timer = new PeriodicTimer(_look, clock.Time);
        for (var waited = TimeSpan.Zero; waited < within; waited += _look)
        {
            await timer.WaitForNextTickAsync(cancellation);
            if (await IsGreetedAsync(holder, cancellation)) return true;
        }
        return false;
    }

    private Task<bool> IsGreetedAsync(NodeId holder, CancellationToken cancellation) =>
        inbox.AskAsync(core => core is not null && core.Peers.Any(p => p.Peer == holder), cancellation);

    [LoggerMessage(3010, LogLevel.Information, "{Holder} gives no receipt for slice {Slice}: {Fault}")]
    private partial void LogFault(string holder, int slice, string fault);
}
