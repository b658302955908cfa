using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Answers timed challenges of other members who hold the same slice: reads the drawn spans from the disk, hashes
/// them, and signs the hash. One after the other, and apart from proofs, which do not wait for it.
/// </summary>
public sealed partial class TimedServer(
    CustodyTable custody, SwarmInbox inbox, NodeKey key, Clock clock, HostFailure failure, ILogger<TimedServer> log)
    : BackgroundLoop(failure)
{
    private const int MostQueued = 8;

    private readonly TimedBudget _budget = new(clock.Time);
    private readonly Channel<Asked> _queue = Channel.CreateBounded<Asked>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private sealed record Asked(TimedChallenge Challenge, NodeId Peer, Action<Frame> Send);

    private sealed record Standing(NetworkId Network, bool Held, bool PeerHolds);

    /// <summary>A timed challenge came in; one that breaks the limits is dropped.</summary>
    public void Serve(Challenge message, NodeId peer, Action<Frame> send)
    {
        if (TimedChallenge.Read(message) is not { } challenge) return;
        if (!_queue.Writer.TryWrite(new Asked(challenge, peer, send))) LogBusy(peer.Brief, challenge.Slice);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await foreach (var asked in _queue.Reader.ReadAllAsync(stopping))
            if (await AnswerAsync(asked, stopping) is { } answer)
                asked.Send(new Frame { Answer = answer });
    }

    private async Task<Answer?> AnswerAsync(Asked asked, CancellationToken stopping)
    {
        var (challenge, peer) = (asked.Challenge, asked.Peer);
        var seen = await inbox.AskAsync(core => core is null || !core.Nodes.ContainsKey(peer) ? null : new Standing(
            core.Network, core.Held.TryGetValue(challenge.Model, out var held) && held.Contains(challenge.Slice),
            core.View?.Models.FirstOrDefault(m => m.Entry.ModelId == challenge.Model)?.Holders
                .Any(h => h.Node == peer && h.Verified.Contains(challenge.Slice)) ?? false), stopping);
        if (seen is null) return null;
        if (!seen.Held || !custody.StateOf(challenge.Model, challenge.Slice).Held)
            return TimedAnswer.Make(key, seen.Network, challenge, AnswerState.NotHeld, null);
        // Who does not hold the slice could not judge the hash: nothing is read for it.
        var hash = seen.PeerHolds && _budget.TryTake(peer) ? Hash(challenge, stopping) : null;
        if (hash is null) LogBusy(peer.Brief, challenge.Slice);
        return TimedAnswer.Make(
            key, seen.Network, challenge, hash is null ? AnswerState.Busy : AnswerState.Held, hash);
    }

    private Core.Hash256? Hash(TimedChallenge challenge, CancellationToken stopping)
    {
        if (custody.ContentOf(challenge.Model) is not { } content) return null;
        var layout = SliceLeaves.Of(content.Metainfo, content.Entry.PiecesPerSlice);
        var runs = SpanDraw.Of(layout, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Spans);
        try
        {
            return SpanHash.Of(custody, challenge, layout, runs, stopping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotReadable(content.Entry.Model, challenge.Slice, e.Message);
            return null;
        }
    }

    [LoggerMessage(3030, LogLevel.Debug, "{Peer} asks for more timed hashes than it may; slice {Slice} is not hashed")]
    private partial void LogBusy(string peer, int slice);

    [LoggerMessage(3031, LogLevel.Warning, "{Model}: slice {Slice} cannot be hashed: {Problem}")]
    private partial void LogNotReadable(string model, int slice, string problem);
}
