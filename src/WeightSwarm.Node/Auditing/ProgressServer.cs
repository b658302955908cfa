using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;
using WeightSwarm.V1;
using LeafProof = WeightSwarm.Core.Auditing.LeafProof;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Shows other members what is there already of a slice that this node is fetching, as its claim says: reads the leaf
/// that is drawn, one challenge after the other, and signs the answer. The engine may have verified a piece that is not
/// in its file yet, so that what is read is checked before it is sent; a proof that is not right is none.
/// </summary>
public sealed partial class ProgressServer(
    CustodyTable custody, EngineHost engine, SwarmInbox inbox, NodeKey key, Clock clock, HostFailure failure,
    ILogger<ProgressServer> log) : BackgroundLoop(failure)
{
    private const int MostQueued = 256;

    private readonly ChallengeBudget _budget = new(clock.Time);
    private readonly Channel<Asked> _queue = Channel.CreateBounded<Asked>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private sealed record Asked(ProgressChallenge Challenge, NodeId Peer, Action<Frame> Send);

    /// <summary>A challenge came in; one that breaks the limits is dropped.</summary>
    public void Serve(Challenge message, NodeId peer, Action<Frame> send)
    {
        if (ProgressChallenge.Read(message) is not { } challenge) return;
        if (!_budget.TryTake(peer) || !_queue.Writer.TryWrite(new Asked(challenge, peer, send)))
            LogBusy(peer.Brief, challenge.Slice);
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
        var network = await inbox.AskAsync(
            core => core?.Nodes.ContainsKey(asked.Peer) == true ? core.Network : (NetworkId?)null, stopping);
        if (network is null) return null;
        var (state, proof) = await ProveAsync(asked.Challenge, stopping);
        if (state == AnswerState.Busy) LogBusy(asked.Peer.Brief, asked.Challenge.Slice);
        return ProgressAnswer.Make(key, network.Value, asked.Challenge, state, proof);
    }

    private async Task<(AnswerState State, LeafProof? Proof)> ProveAsync(
        ProgressChallenge challenge, CancellationToken stopping)
    {
        if (custody.ContentOf(challenge.Model) is not { } content) return (AnswerState.NotHeld, null);
        var layout = SliceLeaves.Of(content.Metainfo, content.Entry.PiecesPerSlice);
        if (challenge.LeafOf(layout) is not { } place || !custody.HasPiece(challenge.Model, layout.PieceOf(place)))
            return (AnswerState.NotHeld, null);
        try
        {
            if (Read(challenge, content, layout, place) is { } proof) return (AnswerState.Held, proof);
            await engine.Engine.FlushAsync(custody.KeyOf(challenge.Model), stopping);
            proof = Read(challenge, content, layout, place);
            return proof is null ? (AnswerState.Busy, null) : (AnswerState.Held, proof);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorrentEngineException)
        {
            LogNotReadable(content.Entry.Model, challenge.Slice, e.Message);
            return (AnswerState.Busy, null);
        }
    }

    /// <summary>The proof; null when what is in the file is not the piece.</summary>
    private LeafProof? Read(ProgressChallenge challenge, ModelContent content, SliceLeaves layout, LeafPlace place)
    {
        try
        {
            var piece = custody.ReadPiece(challenge.Model, layout.PieceOf(place));
            var proof = PossessionProof.Prove(content.Metainfo, layout, place, piece);
            return PossessionProof.Fault(layout, [place], [proof]) is null ? proof : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or EndOfStreamException)
        {
            // Nothing of the file is written yet, or nothing so far behind.
            return null;
        }
    }

    [LoggerMessage(3050, LogLevel.Debug, "{Peer} asks to be shown what there is of slice {Slice}, and is not now")]
    private partial void LogBusy(string peer, int slice);

    [LoggerMessage(3051, LogLevel.Warning, "{Model}: what there is of slice {Slice} cannot be shown: {Problem}")]
    private partial void LogNotReadable(string model, int slice, string problem);
}
