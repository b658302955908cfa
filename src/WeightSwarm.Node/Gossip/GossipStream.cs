using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Wire;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>What a stream hands on.</summary>
/// <param name="Frame">A frame came in; the action is to be called once it has been handled.</param>
/// <param name="Offence">The peer broke a rule of the transport.</param>
internal sealed record StreamSink(Action<Frame, Action> Frame, Action<Offence, string> Offence);

/// <summary>
/// One open stream: a bounded queue of frames towards the peer, a bounded window of frames from it, and a pump in each
/// direction. A peer that does not read is dropped; it catches up by reconciliation when it is back.
/// </summary>
internal sealed class GossipStream(
    SessionId id, NodeId peer, bool outbound, IPEndPoint remote, IAsyncStreamReader<Frame> reader,
        IAsyncStreamWriter<Frame> writer)
    : IDisposable
{
    /// <summary>Bytes towards the peer that may wait.</summary>
    public const int QueuedBytes = 8 << 20;
    private const int QueuedFrames = 4096, WindowBytes = 128 * 1024;

    private readonly CancellationTokenSource _closed = new();
    private readonly ReceiveWindow _window = new(WindowBytes);
    private readonly Channel<(Frame Frame, int Bytes)> _outgoing = Channel.CreateBounded<(Frame, int)>(
        new BoundedChannelOptions(QueuedFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long _queued;
    private volatile bool _closing, _slow;

    /// <summary>A peer that takes nothing for so long is dropped.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public SessionId Id => id;
    public NodeId Peer => peer;
    public bool Outbound => outbound;
    public IPEndPoint Remote => remote;

    /// <summary>Queues a frame; a full queue ends the stream, and after its end nothing happens.</summary>
    public void Send(Frame frame)
    {
        var bytes = frame.CalculateSize();
        if (Interlocked.Add(ref _queued, bytes) <= QueuedBytes && _outgoing.Writer.TryWrite((frame, bytes))) return;
        _slow = !_closing;
        End(TimeSpan.Zero);
    }

    /// <summary>Reads no more, sends what is queued and a last frame with the reason, then ends.</summary>
    public void Close(string reason)
    {
        _closing = true;
        _outgoing.Writer.TryWrite((new Frame { Close = new Close { Reason = reason } }, 0));
        _outgoing.Writer.TryComplete();
        End(TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs both pumps until either ends, for whatever reason.</summary>
    public async Task RunAsync(StreamSink sink, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token, stopping);
        var sending = PumpOutAsync(end.Token);
        var receiving = PumpInAsync(sink, end.Token);
        // What was read last may have closed the stream: then the reason still goes out.
        if (await Task.WhenAny(sending, receiving) == receiving && _closing) await sending;
        await end.CancelAsync();
        await Task.WhenAll(sending, receiving);
        if (_slow) sink.Offence(Offence.SlowReader, "does not read what is sent to it");
    }

    public void Dispose()
    {
        _closed.Dispose();
        _window.Dispose();
    }

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
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        try
        {
            await foreach (var (frame, bytes) in _outgoing.Reader.ReadAllAsync(end))
            {
                patience.CancelAfter(Patience);
                await writer.WriteAsync(frame, patience.Token);
                patience.CancelAfter(Timeout.InfiniteTimeSpan);
                Interlocked.Add(ref _queued, -bytes);
            }
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            _slow |= patience.IsCancellationRequested && !end.IsCancellationRequested;
            _outgoing.Writer.TryComplete();
        }
    }

    private async Task PumpInAsync(StreamSink sink, CancellationToken end)
    {
        try
        {
            while (await reader.MoveNext(end) && !_closing)
            {
                var bytes = reader.Current.CalculateSize();
                await _window.EnterAsync(bytes, end);
                sink.Frame(reader.Current, () => Handled(bytes));
            }
        }
        catch (Exception e) when (IsEndOfStream(e))
        {
            _outgoing.Writer.TryComplete();
            if (IsGarbage(e)) sink.Offence(Offence.Malformed, "bytes that are no frame within the limits");
        }
    }

    private void Handled(int bytes)
    {
        try
        {
            _window.Leave(bytes);
        }
        catch (ObjectDisposedException)
        {
            // The stream ended while its last frames waited for the core.
        }
    }

    /// <summary>Bytes that are no message, a message over the limit, or a compressed one: no node of ours sends
    /// them.</summary>
    private static bool IsGarbage(Exception e) => e is RpcException
    {
        Status.DebugException: MalformedMessageException,
    };

    /// <summary>The ways in which a stream between two machines ends; anything else is a bug and goes up.</summary>
    private static bool IsEndOfStream(Exception e) =>
        e is RpcException or OperationCanceledException or IOException or HttpRequestException
            or ObjectDisposedException;
}
