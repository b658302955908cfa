using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// One open stream: a bounded queue of frames towards the peer, and a pump in each direction. A peer that does not read
/// for so long that the queue fills is dropped; it catches up by reconciliation when it is back.
/// </summary>
internal sealed class GossipStream(
    SessionId id, NodeId peer, bool outbound, IPEndPoint remote, IAsyncStreamReader<Frame> reader,
        IAsyncStreamWriter<Frame> writer)
    : IDisposable
{
    private const int QueuedFrames = 4096;

    private readonly CancellationTokenSource _closed = new();
    private readonly Channel<Frame> _outgoing = Channel.CreateBounded<Frame>(
        new BoundedChannelOptions(QueuedFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    public SessionId Id => id;
    public NodeId Peer => peer;
    public bool Outbound => outbound;
    public IPEndPoint Remote => remote;

    /// <summary>Queues a frame; a full queue ends the stream, and after its end nothing happens.</summary>
    public void Send(Frame frame)
    {
        if (!_outgoing.Writer.TryWrite(frame)) End(TimeSpan.Zero);
    }

    /// <summary>Sends what is queued and a last frame with the reason, then ends.</summary>
    public void Close(string reason)
    {
        _outgoing.Writer.TryWrite(new Frame { Close = new Close { Reason = reason } });
        _outgoing.Writer.TryComplete();
        End(TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs both pumps until either ends, for whatever reason.</summary>
    public async Task RunAsync(Action<SessionId, Frame> arrived, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, stopping);
        var sending = PumpOutAsync(end.Token);
        var receiving = PumpInAsync(arrived, end.Token);
        await Task.WhenAny(sending, receiving);
        await end.CancelAsync();
        await Task.WhenAll(sending, receiving);
    }

    public void Dispose() => _closed.Dispose();

    private void End(TimeSpan after)
    {
        try
        {
            if (after == TimeSpan.Zero) _closed.Cancel();
            else _closed.CancelAfter(after);
        }
        catch (ObjectDisposedException)
        {
            // It has ended: whoever answers a peer slowly holds on to a stream for longer than it lives.
        }
    }

    private async Task PumpOutAsync(CancellationToken end)
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync(end)) await writer.WriteAsync(frame, end);
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            _outgoing.Writer.TryComplete();
        }
    }

    private async Task PumpInAsync(Action<SessionId, Frame> arrived, CancellationToken end)
    {
        try
        {
            while (await reader.MoveNext(end)) arrived(id, reader.Current);
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            _outgoing.Writer.TryComplete();
        }
    }

    /// <summary>The ways in which a stream between two machines ends; anything else is a bug and goes up.</summary>
    private static bool IsEndOfStream(Exception e) =>
        e is RpcException or OperationCanceledException or IOException or HttpRequestException
            or ObjectDisposedException;
}
