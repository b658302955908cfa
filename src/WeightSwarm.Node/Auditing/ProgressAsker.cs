using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Challenges claimants to show the progress that they tell of, as the core wants it, and tells it what came of each,
/// always.
/// </summary>
public sealed partial class ProgressAsker(
    ReceiptAsker asker, AuditLayouts layouts, SwarmInbox inbox, HostFailure failure, ILogger<ProgressAsker> log)
    : BackgroundLoop(failure)
{
    private const int MostAtOnce = 16;

    private readonly EcdsaVerifier _verifier = new();
    private readonly Channel<CoreOutput.AskProgress> _queue =
        Channel.CreateUnbounded<CoreOutput.AskProgress>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues a challenge.</summary>
    public void Ask(CoreOutput.AskProgress ask) => _queue.Writer.TryWrite(ask);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stopping) => Parallel.ForEachAsync(
        _queue.Reader.ReadAllAsync(stopping),
        new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stopping },
        async (ask, cancellation) => await AskAsync(ask, cancellation));

    private async Task AskAsync(CoreOutput.AskProgress ask, CancellationToken cancellation)
    {
        var verdict = await JudgeAsync(ask, cancellation);
        if (verdict.Outcome == ReceiptOutcome.Failed)
            LogFault(ask.Claim.Holder.Brief, ask.Claim.Slice, ask.Claim.Model.ToString(), verdict.Fault);
        inbox.Post(new CoreInput.ProgressEnded(ask.Claim, ask.Nonce, verdict.Outcome, verdict.Fault));
    }

    private async Task<ReceiptVerdict> JudgeAsync(CoreOutput.AskProgress ask, CancellationToken cancellation)
    {
        var claim = ask.Claim;
        if (await layouts.OfAsync(claim.Model, cancellation) is not { } layout)
            return new ReceiptVerdict(ReceiptOutcome.Unknown, 0, "the manifest cannot be had");
        var challenge = new ProgressChallenge(ask.Nonce, claim.Model, claim.Slice, ask.Parts);
        var answer = await asker.ExchangeAsync(claim.Holder, ask.Nonce, challenge.ToMessage(),
            TimeSpan.FromMilliseconds(ask.WithinMs), cancellation);
        if (answer is null) return new ReceiptVerdict(ReceiptOutcome.Offline, 0, "");
        var network = await inbox.AskAsync(core => core!.Network, cancellation);
        return ProgressAnswer.Judge(answer, claim.Holder, network, _verifier, challenge, layout);
    }

    [LoggerMessage(3060, LogLevel.Warning,
        "{Claimant} says that it fetches slice {Slice} of {Model}, and shows something else: {Fault}")]
    private partial void LogFault(string claimant, int slice, string model, string fault);
}
