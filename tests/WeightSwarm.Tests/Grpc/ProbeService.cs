using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

/// <summary>Does what the request's "act" says, and keeps what a test may want to look at afterwards.</summary>
internal sealed class ProbeService : Probe.ProbeBase
{
    public const string SecretText = "the secret of the server";

    private const TaskCreationOptions Apart = TaskCreationOptions.RunContinuationsAsynchronously;

    private readonly TaskCompletionSource _released = new(Apart);
    private int _written;

    /// <summary>How the last handler that waited or read ended: null if it returned.</summary>
    public TaskCompletionSource<Exception?> Ended { get; } = new(Apart);

    /// <summary>Signalled when a handler has begun to wait.</summary>
    public TaskCompletionSource Waiting { get; } = new(Apart);

    /// <summary>What the contexts of all calls said.</summary>
    public ConcurrentQueue<SeenCall> Calls { get; } = new();

    /// <summary>Replies that <see cref="Expand"/> has handed to the transport.</summary>
    public int Written => Volatile.Read(ref _written);

    /// <summary>Lets handlers with act "ignore" return.</summary>
    public void Release() => _released.TrySetResult();

    public override async Task<ProbeReply> Unary(ProbeRequest request, ServerCallContext context)
    {
        await ActAsync(request, context);
        return request.Act == "null" ? null! : Reply(request, 0);
    }

    public override async Task<ProbeReply> Collect(
        IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var request in requestStream.ReadAllAsync())
        {
            await ActAsync(request, context);
            texts.Add(request.Text);
            if (request.Act == "enough") break;
        }

        return new ProbeReply { Text = string.Join(',', texts), Index = (uint)texts.Count };
    }

    public override async Task Expand(
        ProbeRequest request, IServerStreamWriter<ProbeReply> responseStream, ServerCallContext context)
    {
        try
        {
            for (uint i = 0; i < request.Count; i++)
            {
                await responseStream.WriteAsync(Reply(request, i));
                Interlocked.Increment(ref _written);
            }
        }
        catch (Exception e)
        {
            Ended.TrySetResult(e);
            throw;
        }

        await ActAsync(request, context, responseStream);
    }

    public override async Task Chat(
        IAsyncStreamReader<ProbeRequest> requestStream,
        IServerStreamWriter<ProbeReply> responseStream,
        ServerCallContext context)
    {
        try
        {
            uint index = 0;
            while (await requestStream.MoveNext())
            {
                await ActAsync(requestStream.Current, context, responseStream);
                await responseStream.WriteAsync(Reply(requestStream.Current, index++));
            }

            Ended.TrySetResult(null);
        }
        catch (Exception e)
        {
            Ended.TrySetResult(e);
            throw;
        }
    }

    private static ProbeReply Reply(ProbeRequest request, uint index) => new()
    {
        Text = request.Text,
        Data = request.ReplyBytes > 0 ? ByteString.CopyFrom(new byte[request.ReplyBytes]) : request.Data,
        Index = index,
    };

    private async Task ActAsync(
        ProbeRequest request, ServerCallContext context, IServerStreamWriter<ProbeReply>? responses = null)
    {
        Calls.Enqueue(SeenCall.Of(context));
        switch (request.Act)
        {
            case "fail":
                var reason = new Metadata { { "reason-bin", [0, 255, 7] } };
                throw new RpcException(new Status(StatusCode.FailedPrecondition, request.Text), reason);
            case "crash":
                throw new InvalidOperationException(SecretText);
            case "hang":
                await HangAsync(context);
                break;
            case "ignore":
                Waiting.TrySetResult();
                await _released.Task;
                break;
            case "mirror":
                await MirrorAsync(context);
                break;
            case "status":
                context.Status = new Status(StatusCode.NotFound, request.Text);
                break;
            case "bad trailers":
                context.ResponseTrailers.Add("x-text", "line\nbreak");
                break;
            case "twice":
                var first = responses!.WriteAsync(Reply(request, 0));
                var second = responses.WriteAsync(Reply(request, 1));
                Ended.TrySetResult(second.Exception?.InnerException);
                await Task.WhenAny(first, second);
                await first;
                break;
        }
    }

    private async Task HangAsync(ServerCallContext context)
    {
        Waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        catch (Exception e)
        {
            Ended.TrySetResult(e);
            throw;
        }
    }

    private static async Task MirrorAsync(ServerCallContext context)
    {
        var headers = new Metadata();
        foreach (var entry in context.RequestHeaders)
        {
            if (!entry.Key.StartsWith("x-", StringComparison.Ordinal)) continue;
            headers.Add(entry);
            context.ResponseTrailers.Add(entry);
        }

        await context.WriteResponseHeadersAsync(headers);
    }
}
