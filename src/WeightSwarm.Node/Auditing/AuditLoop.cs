using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Carries out the audits that the core asks for, and tells it what came of each, always. Answers that fail are kept.
/// </summary>
public sealed partial class AuditLoop(
    ReceiptAsker asker, AuditLayouts layouts, SwarmInbox inbox, NodeStore store, Clock clock, HostFailure failure,
    ILogger<AuditLoop> log) : BackgroundLoop(failure)
{
    private const int MostAtOnce = 16;

    private readonly Channel<CoreOutput.AskAudit> _queue =
        Channel.CreateUnbounded<CoreOutput.AskAudit>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues a challenge.</summary>
    public void Ask(CoreOutput.AskAudit ask) => _queue.Writer.TryWrite(ask);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Parallel.ForEachAsync(
        _queue.Reader.ReadAllAsync(stopping),
        new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stopping },
        async (ask, cancellation) => await AuditAsync(ask, cancellation));

    private async Task AuditAsync(CoreOutput.AskAudit ask, CancellationToken cancellation)
    {
        var verdict = await JudgeAsync(ask, cancellation);
        inbox.Post(new CoreInput.AuditEnded(ask.Copy, ask.Nonce, verdict.Outcome, verdict.Fault));
    }

    private async Task<ReceiptVerdict> JudgeAsync(CoreOutput.AskAudit ask, CancellationToken cancellation)
    {
        var copy = ask.Copy;
        if (await layouts.OfAsync(copy.Model, cancellation) is not { } layout)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "the manifest cannot be had");
        var challenge = new ReceiptChallenge(ask.Nonce, copy.Model, copy.Slice, ask.Leaves);
        var (verdict, answer) = await asker.ChallengeAsync(
            copy.Holder, challenge, layout, TimeSpan.FromMilliseconds(ask.WithinMs), cancellation);
        if (verdict.Outcome is ReceiptOutcome.Failed or ReceiptOutcome.NotHeld && answer is not null)
            Keep(copy, challenge, verdict, answer);
        return verdict;
    }

    private void Keep(CopyKey copy, ReceiptChallenge challenge, ReceiptVerdict verdict, Answer answer)
    {
        var fault = verdict.Fault.Length > 0 ? verdict.Fault : "it answers that it does not hold the slice";
        LogFault(copy.Holder.Brief, copy.Model.ToString(), copy.Slice, fault);
        store.Audits.Keep(new AuditEvidence(
            copy, clock.Now.UnixMs, fault, challenge.ToMessage().ToByteArray(), answer.ToByteArray()));
    }

    [LoggerMessage(3020, LogLevel.Warning, "{Holder} fails an audit of slice {Slice} of {Model}: {Fault}")]
    private partial void LogFault(string holder, string model, int slice, string fault);
}
