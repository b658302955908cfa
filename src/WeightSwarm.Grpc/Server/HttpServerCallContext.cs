using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>The context of a call that came over HTTP.</summary>
internal sealed class HttpServerCallContext : ServerCallContext, IAsyncDisposable
{
    private readonly string _method;
    private readonly ResponseBody _body;
    private readonly Metadata _requestHeaders = [];
    private CallDeadline? _deadline;
    private Metadata? _responseTrailers;

    public HttpServerCallContext(HttpContext http, string method, ResponseBody body)
    {
        Http = http;
        _method = method;
        _body = body;
    }

    public HttpContext Http { get; }

    public bool IsPastDeadline => _deadline?.HasPassed ?? false;

    protected override string MethodCore => _method;

    protected override string HostCore => Http.Request.Host.Value ?? "";

    protected override string PeerCore => PeerAddress.Of(Http);

    protected override DateTime DeadlineCore => _deadline?.Time ?? DateTime.MaxValue;

    protected override Metadata RequestHeadersCore => _requestHeaders;

    protected override CancellationToken CancellationTokenCore => _deadline?.Token ?? Http.RequestAborted;

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override IDictionary<object, object?> UserStateCore => Http.Items;

    /// <summary>Reads metadata and deadline; the deadline runs from here.</summary>
    /// <exception cref="RpcException">A header is malformed: Internal.</exception>
    public void Start()
    {
        foreach (var (name, values) in Http.Request.Headers) MetadataCodec.AddField(_requestHeaders, name, values);
        if (!Http.Request.Headers.TryGetValue(HeaderNames.Timeout, out var text)) return;
        if (!GrpcTimeout.TryParse(text.ToString(), out var timeout))
            throw new RpcException(new Status(StatusCode.Internal, $"grpc-timeout '{text}' is malformed"));
        _deadline = new CallDeadline(timeout, _body, Http.RequestAborted);
    }

    /// <summary>Stops the deadline and waits for what it has begun.</summary>
    public ValueTask DisposeAsync() => _deadline?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) =>
        _body.WriteHeadersAsync(responseHeaders);
}
