using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Auditing;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>All open streams: gives them numbers, tells the core of their beginning and end, and carries its
/// frames.</summary>
public sealed partial class SessionTable(
    SwarmInbox inbox, ContentServer content, ReceiptServer receipts, TimedServer timed, ProgressServer progress,
    GossipDialer dialer, FetchQueue calls, ILogger<SessionTable> log)
    : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<SessionId, GossipStream> _streams = new();
    private readonly CancellationTokenSource _stopping = new();
    private long _last;

    /// <summary>Runs a stream whose peer's key is proved, until it ends.</summary>
    public async Task RunAsync(
        NodeId peer, bool outbound, IPEndPoint remote, IAsyncStreamReader<Frame> reader,
            IAsyncStreamWriter<Frame> writer)
    {
        var id = new SessionId(Interlocked.Increment(ref _last));
        using var stream = new GossipStream(id, peer, outbound, remote, reader, writer);
        _streams[id] = stream;
        try
        {
            LogOpened(outbound ? "to" : "from", peer.Brief, remote);
            inbox.Post(new CoreInput.SessionOpened(id, peer, outbound, remote));
            await stream.RunAsync(new StreamSink(
                (frame, handled) => inbox.Post(new CoreInput.FrameArrived(id, frame), handled),
                (offence, what) => Report(stream, offence, what)), _stopping.Token);
        }
        finally
        {
            _streams.TryRemove(id, out _);
            inbox.Post(new CoreInput.SessionClosed(id));
            LogClosed(outbound ? "to" : "from", peer.Brief);
        }
    }

    /// <summary>Sends a frame; one for a stream that has ended is dropped.</summary>
    public void Send(SessionId session, Frame frame)
    {
        if (_streams.TryGetValue(session, out var stream)) stream.Send(frame);
    }

    /// <summary>Ends a stream, telling the peer why.</summary>
    public void Close(SessionId session, string reason)
    {
        if (!_streams.TryGetValue(session, out var stream)) return;
        LogClosing(stream.Peer.Brief, reason);
        stream.Close(reason);
    }

    /// <summary>Dials in the background; a failure goes to the core.</summary>
    public void Dial(IPEndPoint address, NodeId? expected) => _ = DialAsync(address, expected);

    /// <summary>Dials a peer back in the background, says nothing to it, and tells the core whether it
    /// answered.</summary>
    public void Knock(CoreOutput.Knock knock) => _ = KnockAsync(knock);

    /// <summary>Serves content and proofs that a peer asks for, or hands an answer on to who waits for it.</summary>
    public void Content(SessionId session, Frame frame)
    {
        var stream = _streams.GetValueOrDefault(session);
        switch (frame.KindCase)
        {
            case Frame.KindOneofCase.ContentPart when !content.Received(frame.ContentPart):
            case Frame.KindOneofCase.Answer when !receipts.Received(frame.Answer):
                if (stream is not null) Report(stream, Offence.Unasked, $"a {frame.KindCase} that nobody asked for");
                break;
            case Frame.KindOneofCase.ContentGet when stream is not null:
                content.Serve(frame.ContentGet, stream.Send);
                break;
            case Frame.KindOneofCase.Call when stream is not null && frame.Call is { Port: > 0 and <= 65535 } call:
                if (call.Model.Length == Hash256.Size) calls.Post(new FetchQueue.Called(
                    new Hash256(call.Model.Span), new IPEndPoint(stream.Remote.Address, (int)call.Port)));
                break;
            case Frame.KindOneofCase.Challenge when stream is not null && frame.Challenge.Spans > 0:
                timed.Serve(frame.Challenge, stream.Peer, stream.Send);
                break;
            case Frame.KindOneofCase.Challenge when stream is not null && !frame.Challenge.Parts.IsEmpty:
                progress.Serve(frame.Challenge, stream.Peer, stream.Send);
                break;
            case Frame.KindOneofCase.Challenge when stream is not null:
                receipts.Serve(frame.Challenge, stream.Peer, stream.Send);
                break;
        }
    }

    /// <summary>Sends a frame to every open stream of these peers; answers to how many.</summary>
    public int SendTo(NodeId peer, Frame frame)
    {
        var streams = _streams.Values.Where(s => s.Peer == peer).Take(1).ToList();
        foreach (var stream in streams) stream.Send(frame);
        return streams.Count;
    }

    /// <summary>Peers with an open stream.</summary>
    public IReadOnlyList<NodeId> Peers => [.. _streams.Values.Select(s => s.Peer).Distinct()];

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends every stream, so that the server behind them can stop at once.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Report(GossipStream stream, Offence offence, string what) =>
        inbox.Post(new CoreInput.Offended(stream.Id, stream.Peer, stream.Remote.Address, offence, what));

    private async Task KnockAsync(CoreOutput.Knock knock)
    {
        try
        {
            await using var call = await dialer.DialAsync(knock.Address, knock.Peer, _stopping.Token);
            inbox.Post(new CoreInput.Knocked(knock.Session, call is not null));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The daemon stops; the peer is told nothing.
        }
    }

    private async Task DialAsync(IPEndPoint address, NodeId? expected)
    {
        try
        {
            await using var call = await dialer.DialAsync(address, expected, _stopping.Token);
            if (call is null) inbox.Post(new CoreInput.DialFailed(address));
            else await RunAsync(call.Peer, outbound: true, address, call.Incoming, call.Outgoing);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The daemon stops; nobody waits for this dial any more.
            inbox.Post(new CoreInput.DialFailed(address));
        }
    }

    [LoggerMessage(1010, LogLevel.Debug, "A stream {Direction} {Peer} at {Remote} is open")]
    private partial void LogOpened(string direction, string peer, IPEndPoint remote);

    [LoggerMessage(1012, LogLevel.Debug, "A stream with {Peer} is closed: {Reason}")]
    private partial void LogClosing(string peer, string reason);

    [LoggerMessage(1011, LogLevel.Debug, "A stream {Direction} {Peer} has ended")]
    private partial void LogClosed(string direction, string peer);
}
