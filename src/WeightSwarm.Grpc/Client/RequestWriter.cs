using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The requests of one call on the client.</summary>
internal sealed class RequestWriter<TRequest>(
    CallEnd end, StreamingRequestContent content, Marshaller<TRequest> marshaller, int? maxBytes, WriteOptions? callOptions)
    : IClientStreamWriter<TRequest>
    where TRequest : class
{
    private readonly OutgoingFrame _frame = new(maxBytes);
    private int _writing;
    private bool _complete;

    public WriteOptions? WriteOptions { get; set; } = callOptions;

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        Enter();
        try
        {
            if (_complete) throw new InvalidOperationException("the requests were completed; nothing can be written");
            await SendAsync(_frame.Write(message, marshaller), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _frame.Release();
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        Enter();
        _complete = true;
        content.Complete();
        Volatile.Write(ref _writing, 0);
        return Task.CompletedTask;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static call => ((CallEnd)call!).Cancel("the write was cancelled"), end);
        try
        {
            var stream = await content.OpenAsync(end.Token).ConfigureAwait(false);
            await stream.WriteAsync(frame, end.Token).ConfigureAwait(false);
            if (!Core.WriteOptions.Buffers(WriteOptions)) await stream.FlushAsync(end.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (end.HasEnded && end.Failure is null)
                throw new InvalidOperationException("the call has ended; nothing can be written", e);
            throw end.Failure ?? new RpcException(new Status(
                StatusCode.Unavailable, "the server reads no more requests; the responses tell the status of the call", e));
        }
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("a write to this stream is in progress; await it first");
    }
}
