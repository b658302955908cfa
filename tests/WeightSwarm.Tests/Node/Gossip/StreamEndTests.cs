using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Tests.Grpc;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Node.Gossip;

/// <summary>
/// A stream ends in many ways, most of them honest: only whole bytes that no peer may send are held against one. Over
/// real HTTP/2, on the side that dials and on the side that accepts.
/// </summary>
public sealed class StreamEndTests
{
    private const string Path = "/weightswarm.v1.Gossip/Session";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>A frame of five bytes' header and a ping.</summary>
    private static readonly byte[] _whole = [0, 0, 0, 0, 2, 0x32, 0];
    private static readonly byte[] _cut = [0, 0, 0, 0, 200, 0x32, 0];

    /// <summary>How the other side ends, and whether that is garbage.</summary>
    public static TheoryData<string, bool> Ends => new()
    {
        { "well", false }, { "throws", false }, { "cut", false }, { "cut-abort", false }, { "abort", false },
        { "reset-0", false }, { "reset-1", false }, { "reset-2", false }, { "reset-3", false }, { "reset-7", false },
        { "reset-8", false }, { "reset-11", false }, { "status-13", false }, { "status-8", false },
        { "status-12", false }, { "flag", true }, { "huge", true }, { "compressed", true }, { "unparsable", true },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Dialler_TellsGarbageFromAnEnd(string end, bool garbage)
    {
        await using var host = await ProbeHost.StartAsync(
            map: app => app.MapPost(Path, http => AnswerAsync(http, end)));
        using var call = new V1.Gossip.GossipClient(host.Channel()).Session();
        AssertScored(garbage, await RunAsync(call.ResponseStream, call.RequestStream));
    }

    /// <summary>How a client ends, and whether that is garbage.</summary>
    public static TheoryData<string, bool> ClientEnds => new()
    {
        { "well", false }, { "cut", false }, { "cut-abort", false }, { "abort", false }, { "throws", false },
        { "flag", true }, { "huge", true }, { "compressed", true }, { "unparsable", true },
    };

    [Theory]
    [MemberData(nameof(ClientEnds))]
    public async Task Acceptor_TellsGarbageFromAnEnd(string end, bool garbage)
    {
        var service = new Acceptor();
        await using var host = await ProbeHost.StartAsync(
            map: app => app.MapGrpcService(V1.Gossip.BindService(service)));
        using (var http = new HttpClient())
        using (var stop = new CancellationTokenSource())
        using (var request = new HttpRequestMessage(HttpMethod.Post, host.Address + Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Body(end, stop, service.Heard.Task),
        })
        {
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
            await Record.ExceptionAsync(() => http.SendAsync(request, stop.Token).WaitAsync(_patience));
        }
        AssertScored(garbage, await service.Ended.Task.WaitAsync(_patience));
    }

    private static void AssertScored(bool garbage, IReadOnlyList<Offence> offences) =>
        Assert.Equal(garbage ? [Offence.Malformed] : [], offences);

    private static byte[] Bytes(string end) => end switch
    {
        "flag" => [7, 0, 0, 0, 0],
        "huge" => [0, 0x7F, 0, 0, 0],
        "compressed" => [1, 0, 0, 0, 1, 0],
        "unparsable" => [0, 0, 0, 0, 2, 0x32, 0x7F],
        "cut" or "cut-abort" => _cut,
        _ => [],
    };

    private static async Task AnswerAsync(HttpContext http, string end)
    {
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.WriteAsync(_whole);
        await http.Response.Body.WriteAsync(Bytes(end));
        await http.Response.Body.FlushAsync();
        if (end.StartsWith("status-", StringComparison.Ordinal)) http.Response.AppendTrailer("grpc-status", end[7..]);
        if (end == "throws") throw new InvalidOperationException("a bug of the other side");
        if (end.EndsWith("abort", StringComparison.Ordinal)) http.Abort();
        if (end.StartsWith("reset-", StringComparison.Ordinal))
            http.Features.Get<IHttpResetFeature>()!.Reset(int.Parse(end[6..]));
    }

    private static async Task<IReadOnlyList<Offence>> RunAsync(
        IAsyncStreamReader<Frame> reader, IAsyncStreamWriter<Frame> writer, Action? heard = null)
    {
        List<Offence> offences = [];
        var remote = new IPEndPoint(IPAddress.Loopback, 1);
        using var stream = new GossipStream(new SessionId(1), NodeId.Of("peer"u8), true, remote, reader, writer);
        var sink = new StreamSink(
            (_, handled) => { handled(); heard?.Invoke(); }, (offence, _) => offences.Add(offence));
        await stream.RunAsync(sink, CancellationToken.None).WaitAsync(_patience);
        return offences;
    }

    private sealed class Acceptor : V1.Gossip.GossipBase
    {
        public TaskCompletionSource Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource<IReadOnlyList<Offence>> Ended { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task Session(
            IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<Frame> responseStream,
            ServerCallContext context) =>
            Ended.SetResult(await RunAsync(requestStream, responseStream, () => Heard.TrySetResult()));
    }

    private sealed class Body(string end, CancellationTokenSource stop, Task heard) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_whole);
            await stream.WriteAsync(Bytes(end));
            await stream.FlushAsync();
            await heard.WaitAsync(_patience);
            if (end == "throws") throw new IOException("the sender fails");
            if (end.EndsWith("abort", StringComparison.Ordinal)) await stop.CancelAsync();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
