using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server;

/// <summary>The responses of one call on the server.</summary>
internal sealed class ResponseWriter<TResponse>(
    ResponseBody body, Marshaller<TResponse> marshaller, int? maxBytes, ServerCallContext context)
    : IServerStreamWriter<TResponse>
    where TResponse : class
{
    private readonly OutgoingFrame _frame = new(maxBytes);

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        var wait = Core.WriteOptions.Buffers(WriteOptions ?? context.WriteOptions);
        return WriteAsync(message, flush: !wait, cancellationToken);
    }

    /// <summary>Writes the response that the trailers follow at once.</summary>
    /// <exception cref="RpcException">The handler returned null: Cancelled, as in every gRPC for .NET.</exception>
    public Task WriteLastAsync(TResponse? message) => message is null
        ? throw new RpcException(new Status(StatusCode.Cancelled, "the handler returned no message"))
        : WriteAsync(message, flush: false, CancellationToken.None);

    private async Task WriteAsync(TResponse message, bool flush, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        // The transport swallows what is written to a client that has gone; the handler must not go on for ever.
        context.CancellationToken.ThrowIfCancellationRequested();
        body.BeginWrite();
        try
        {
            await body.WriteAsync(_frame.Write(message, marshaller), flush, cancellationToken);
        }
        finally
        {
            _frame.Release();
            body.EndWrite();
        }
    }
}
