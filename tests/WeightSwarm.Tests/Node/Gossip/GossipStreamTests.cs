using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Node.Gossip;

public sealed class GossipStreamTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Frame> _incoming = Channel.CreateUnbounded<Frame>();
    private readonly List<(Offence Offence, string What)> _offences = [];
    private readonly Queue<Action> _waiting = new();

    /// <summary>An answer that took long finds its stream gone; that must not end the daemon.</summary>
    [Fact]
    public void Send_AfterTheEnd_DoesNothing()
    {
        var stream = Stream(null!, null!);
        stream.Dispose();
        var thrown = Record.Exception(() =>
        {
            for (var i = 0; i < 10_000; i++) stream.Send(new Frame());
            stream.Close("over");
        });
        Assert.Null(thrown);
    }

    [Fact]
    public async Task RunAsync_OfAPeerThatDoesNotRead_EndsAndSaysSo()
    {
        using var stream = Stream(new Reader(_incoming), new Writer(stuck: true), TimeSpan.FromMilliseconds(50));
        var running = stream.RunAsync(Sink(), CancellationToken.None);
        stream.Send(new Frame { Ping = new Ping() });
        await running.WaitAsync(_patience);
        Assert.Equal(Offence.SlowReader, Assert.Single(_offences).Offence);
    }

    [Fact]
    public async Task RunAsync_OfAPeerThatAsksForMoreThanItTakes_EndsBeforeTheQueueGrows()
    {
        using var stream = Stream(new Reader(_incoming), new Writer(stuck: true));
        var running = stream.RunAsync(Sink(), CancellationToken.None);
        var part = new Frame
        {
            ContentPart = new ContentPart { Data = Google.Protobuf.ByteString.CopyFrom(new byte[128 * 1024]) },
        };
        for (var i = 0; i <= GossipStream.QueuedBytes / (128 * 1024); i++) stream.Send(part);
        await running.WaitAsync(_patience);
        Assert.Equal(Offence.SlowReader, Assert.Single(_offences).Offence);
    }

    [Fact]
    public async Task RunAsync_WhileTheCoreIsBusy_ReadsNoFurtherThanItsWindow()
    {
        using var stream = Stream(new Reader(_incoming), new Writer());
        using var stop = new CancellationTokenSource();
        var frame = new Frame { Close = new Close { Reason = new string('x', 10_000) } };
        for (var i = 0; i < 100; i++) _incoming.Writer.TryWrite(frame);
        var running = stream.RunAsync(Sink(), stop.Token);
        // All reads before the window is full end at once, so that the pump has run into it when this returns.
        Assert.Equal(14, _waiting.Count);
        Assert.Equal(85, _incoming.Reader.Count);
        _waiting.Dequeue()();
        _waiting.Dequeue()();
        await Support.Eventually.True(
            () => _incoming.Reader.Count == 83, _patience, () => $"{_incoming.Reader.Count} frames unread");
        await stop.CancelAsync();
        await running.WaitAsync(_patience);
        Assert.Empty(_offences);
    }

    [Fact]
    public async Task Close_SendsTheReason_AndReadsNoMore()
    {
        var writer = new Writer();
        using var stream = Stream(new Reader(_incoming), writer);
        var running = stream.RunAsync(Sink(), CancellationToken.None);
        stream.Close("banned");
        for (var i = 0; i < 100; i++) _incoming.Writer.TryWrite(new Frame());
        await running.WaitAsync(_patience);
        Assert.Equal("banned", writer.Written.Single().Close.Reason);
        Assert.Empty(_waiting);
    }

    private static GossipStream Stream(
        IAsyncStreamReader<Frame> reader, IAsyncStreamWriter<Frame> writer, TimeSpan? patience = null) =>
        new(new SessionId(1), NodeId.Of("peer"u8), true, new IPEndPoint(IPAddress.Loopback, 1), reader, writer)
        {
            Patience = patience ?? TimeSpan.FromSeconds(10),
        };

    private StreamSink Sink() =>
        new((_, handled) => _waiting.Enqueue(handled), (offence, what) => _offences.Add((offence, what)));

    private sealed class Reader(Channel<Frame> frames) : IAsyncStreamReader<Frame>
    {
        public Frame Current { get; private set; } = new();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await frames.Reader.WaitToReadAsync(cancellationToken)) return false;
            Current = await frames.Reader.ReadAsync(cancellationToken);
            return true;
        }
    }

    private sealed class Writer(bool stuck = false) : IAsyncStreamWriter<Frame>
    {
        public List<Frame> Written { get; } = [];
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(Frame message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(Frame message, CancellationToken cancellationToken)
        {
            if (stuck) return new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            Written.Add(message);
            return Task.CompletedTask;
        }
    }
}
