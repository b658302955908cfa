using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>Reaches the HTTP request behind a call.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The HTTP request of the call, with the client's certificate in its connection.</summary>
    /// <exception cref="InvalidOperationException">The call did not come over HTTP.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext) =>
        serverCallContext is HttpServerCallContext context
            ? context.Http
            : throw new InvalidOperationException($"{serverCallContext?.GetType()} has no HTTP request behind it");
}
