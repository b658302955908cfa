using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of one call on the server.</summary>
internal sealed class RequestReader<TRequest>
    where TRequest : class
{
    private readonly FrameReader<TRequest> _frames;
    private readonly ServerCallContext _context;

    public RequestReader(FrameReader<TRequest> frames, ServerCallContext context)
    {
        _frames = frames;
        _context = context;
        Stream = new MessageReader<TRequest>(ReadAsync);
    }

    /// <summary>The requests for a handler of many.</summary>
    public IAsyncStreamReader<TRequest> Stream { get; }

    /// <summary>The one request of a call that has just one.</summary>
    /// <exception cref="RpcException">There is none, or more: Internal.</exception>
    public async Task<TRequest> ReadSingleAsync()
    {
        var request = await ReadAsync(CancellationToken.None) ?? throw Wrong("none came");
        return await ReadAsync(CancellationToken.None) is null ? request : throw Wrong("more came");
    }

    private async Task<TRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        var callToken = _context.CancellationToken;
        using var both = cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken)
            : null;
        try
        {
            return await _frames.ReadAsync(both?.Token ?? callToken);
        }
        catch (IOException e)
        {
            throw new OperationCanceledException("the client ended the call", e, callToken);
        }
    }

    private static RpcException Wrong(string what) =>
        new(new Status(StatusCode.Internal, $"the method takes one request, and {what}"));
}
