using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;
using LeafProof = WeightSwarm.Core.Auditing.LeafProof;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Proves to other members what this node holds: reads the drawn leaves from the disk, one challenge after the other,
/// and signs the answer. Challenges and answers travel on the gossip streams, so that a holder that nobody can dial
/// proves as well as any. Also hands answers that come in to whoever waits for them.
/// </summary>
public sealed partial class ReceiptServer(
    CustodyTable custody, SwarmInbox inbox, NodeKey key, Clock clock, HostFailure failure,
    ILogger<ReceiptServer> log) : BackgroundLoop(failure)
{
    private const int MostQueued = 256;

    private readonly ChallengeBudget _budget = new(clock.Time);
    private readonly ConcurrentDictionary<Nonce, TaskCompletionSource<Answer>> _waiting = new();
    private readonly Channel<Asked> _queue = Channel.CreateBounded<Asked>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private sealed record Asked(ReceiptChallenge Challenge, NodeId Peer, Action<Frame> Send);

    /// <summary>A challenge came in; one that breaks the limits is dropped.</summary>
    public void Serve(Challenge message, NodeId peer, Action<Frame> send)
    {
        if (ReceiptChallenge.Read(message) is not { } challenge) return;
        if (!_budget.TryTake(peer) || !_queue.Writer.TryWrite(new Asked(challenge, peer, send)))
            LogBusy(peer.Brief, challenge.Slice);
    }

    /// <summary>An answer came in; one that nobody waits for is dropped, and the answer is no.</summary>
    public bool Received(Answer answer) =>
        Nonce.TryRead(answer.Nonce.Span, out var nonce) && _waiting.TryRemove(nonce, out var waiter) &&
        waiter.TrySetResult(answer);

    /// <summary>The answer with this nonce; null when none comes in time. To be called before asking.</summary>
    public async Task<Answer?> WaitAsync(Nonce nonce, TimeSpan wait, CancellationToken cancellation)
    {
        var waiter = _waiting.GetOrAdd(nonce, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            return await waiter.Task.WaitAsync(wait, clock.Time, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _waiting.TryRemove(nonce, out _);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await foreach (var asked in _queue.Reader.ReadAllAsync(stopping))
        {
            var answer = await AnswerAsync(asked, stopping);
            if (answer is not null) asked.Send(new Frame { Answer = answer });
        }
    }

    private async Task<Answer?> AnswerAsync(Asked asked, CancellationToken stopping)
    {
        var (challenge, peer) = (asked.Challenge, asked.Peer);
        var seen = await inbox.AskAsync(core => core is null || !core.Nodes.ContainsKey(peer) ? null : new Standing(
            core.Network, core.ReleaseTicketMs(challenge.Model, challenge.Slice),
            core.Held.TryGetValue(challenge.Model, out var held) && held.Contains(challenge.Slice)), stopping);
        if (seen is null)
        {
            LogNoMember(peer.Brief);
            return null;
        }
        var (held, trash) = custody.StateOf(challenge.Model, challenge.Slice);
        // What the core no longer advertises is no copy, though custody may not have moved it yet.
        var state = held && seen.Advertised ? AnswerState.Held
            : held || trash ? AnswerState.Trash : AnswerState.NotHeld;
        IReadOnlyList<LeafProof> proofs = [];
        if (state != AnswerState.NotHeld && Prove(challenge) is { } proven) proofs = proven;
        else if (state != AnswerState.NotHeld) state = AnswerState.Busy;
        return ReceiptAnswer.Make(key, seen.Network, challenge, state, proofs, seen.TicketMs);
    }

    private sealed record Standing(NetworkId Network, long TicketMs, bool Advertised);

    /// <summary>The proofs, or null when the files cannot be read now.</summary>
    private List<LeafProof>? Prove(ReceiptChallenge challenge)
    {
        if (custody.ContentOf(challenge.Model) is not { } content) return null;
        var layout = SliceLeaves.Of(content.Metainfo, content.Entry.PiecesPerSlice);
        try
        {
            List<LeafProof> proofs = [];
            foreach (var place in LeafDraw.Of(
                layout, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Leaves))
            {
                var piece = custody.ReadPiece(challenge.Model, layout.PieceOf(place));
                proofs.Add(PossessionProof.Prove(content.Metainfo, layout, place, piece));
            }
            return proofs;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotReadable(content.Entry.Model, challenge.Slice, e.Message);
            return null;
        }
    }

    [LoggerMessage(3001, LogLevel.Debug, "{Peer} asks for more proofs than it may; slice {Slice} is not proved")]
    private partial void LogBusy(string peer, int slice);

    [LoggerMessage(3002, LogLevel.Debug, "{Peer} is no member, and gets no proof")]
    private partial void LogNoMember(string peer);

    [LoggerMessage(3003, LogLevel.Warning, "{Model}: slice {Slice} cannot be proved: {Problem}")]
    private partial void LogNotReadable(string model, int slice, string problem);
}
