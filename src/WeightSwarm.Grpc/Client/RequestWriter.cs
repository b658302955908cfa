using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The requests of one call on the client.</summary>
internal sealed class RequestWriter<TRequest>(
    CallEnd end, StreamingRequestContent body, Marshaller<TRequest> marshaller, OutgoingFrame frame)
    : IClientStreamWriter<TRequest>
    where TRequest : class
{
    private readonly Exclusive _writes = new("write");
    private bool _complete;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        _writes.Enter();
        try
        {
            if (_complete) throw new InvalidOperationException("the requests were completed; nothing can be written");
            await SendAsync(frame.Write(message, marshaller), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            frame.Release();
            _writes.Exit();
        }
    }

    public Task CompleteAsync()
    {
        _writes.Enter();
        _complete = true;
        body.Complete();
        _writes.Exit();
        return Task.CompletedTask;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static call => ((CallEnd)call!).Cancel("the write was cancelled"), end);
        try
        {
            var stream = await body.OpenAsync(end.Token).ConfigureAwait(false);
            await stream.WriteAsync(bytes, end.Token).ConfigureAwait(false);
            if (!Core.WriteOptions.Buffers(WriteOptions)) await stream.FlushAsync(end.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Explain(e);
        }
    }

    private Exception Explain(Exception cause)
    {
        if (end.Failure is { } failure) return failure;
        return end.HasEnded
            ? new InvalidOperationException("the call has ended; nothing can be written", cause)
            : new RpcException(new Status(
                StatusCode.Unavailable, "the server takes no more requests; read the responses to learn why", cause));
    }
}
