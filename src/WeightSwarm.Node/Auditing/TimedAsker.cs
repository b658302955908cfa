using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Asks other holders for timed hashes, one after the other, as the core wants it: reads the same spans here, and tells
/// the core whether the other hash is the same and came in time, always.
/// </summary>
public sealed partial class TimedAsker(
    CustodyTable custody, SwarmInbox inbox, SessionTable sessions, ReceiptAsker receipts, ReceiptServer answers,
    Clock clock, HostFailure failure, ILogger<TimedAsker> log) : BackgroundLoop(failure)
{
    private readonly EcdsaVerifier _verifier = new();
    private readonly Channel<CoreOutput.AskTimed> _queue =
        Channel.CreateUnbounded<CoreOutput.AskTimed>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Queues a challenge.</summary>
    public void Ask(CoreOutput.AskTimed ask) => _queue.Writer.TryWrite(ask);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await foreach (var ask in _queue.Reader.ReadAllAsync(stopping))
            inbox.Post(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, await JudgeAsync(ask, stopping)));
    }

    private async Task<TimedOutcome> JudgeAsync(CoreOutput.AskTimed ask, CancellationToken cancellation)
    {
        var (copy, within) = (ask.Copy, TimeSpan.FromMilliseconds(ask.WithinMs));
        if (custody.ContentOf(copy.Model) is not { } content) return TimedOutcome.Unknown;
        var challenge = new TimedChallenge(ask.Nonce, copy.Model, copy.Slice, ask.Spans);
        var layout = SliceLeaves.Of(content.Metainfo, content.Entry.PiecesPerSlice);
        var runs = SpanDraw.Of(layout, ask.Nonce, copy.Model, copy.Slice, ask.Spans);
        if (!await receipts.ReachAsync(copy.Holder, within, cancellation)) return TimedOutcome.Unknown;
        var waiting = answers.WaitAsync(ask.Nonce, within, cancellation);
        var sent = clock.Time.GetTimestamp();
        sessions.SendTo(copy.Holder, new Frame { Challenge = challenge.ToMessage() });
        if (await waiting is not { } answer) return TimedOutcome.Unknown;
        var took = clock.Time.GetElapsedTime(sent);
        try
        {
            // Only now: on one machine the two would wait for each other's disk.
            var expected = SpanHash.Of(custody, challenge, layout, runs, cancellation);
            var isLate = took.TotalMilliseconds > TimedAnswer.InTimeMs(SpanDraw.BytesOf(layout, runs));
            var network = await inbox.AskAsync(core => core!.Network, cancellation);
            var outcome = TimedAnswer.Judge(
                answer, copy.Holder, network, _verifier, challenge, expected, isLate);
            if (outcome == TimedOutcome.Different) LogDifferent(copy.Holder.Brief, content.Entry.Model, copy.Slice);
            return outcome;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotReadable(content.Entry.Model, copy.Slice, e.Message);
            return TimedOutcome.Unknown;
        }
    }

    [LoggerMessage(3040, LogLevel.Warning,
        "{Holder} has another hash of {Model}: slice {Slice} than this node; it is asked for leaves")]
    private partial void LogDifferent(string holder, string model, int slice);

    [LoggerMessage(3041, LogLevel.Warning, "{Model}: slice {Slice} cannot be hashed: {Problem}")]
    private partial void LogNotReadable(string model, int slice, string problem);
}
