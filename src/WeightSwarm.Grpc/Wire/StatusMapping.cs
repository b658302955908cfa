using System.Globalization;
using System.Net;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Status out of what HTTP says, for peers and proxies that send no "grpc-status".</summary>
internal static class StatusMapping
{
    /// <summary>Reads "grpc-status". A number that is no code counts as Unknown, as the specification asks.</summary>
    public static StatusCode ParseCode(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 16
            ? (StatusCode)code
            : StatusCode.Unknown;

    /// <summary>The table of http-grpc-status-mapping.md of gRPC.</summary>
    public static StatusCode FromHttpStatus(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests => StatusCode.Unavailable,
        HttpStatusCode.BadGateway => StatusCode.Unavailable,
        HttpStatusCode.ServiceUnavailable => StatusCode.Unavailable,
        HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>Status of a call whose transport failed.</summary>
    public static Status FromException(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is RpcException rpc) return rpc.Status;
            if (cause is HttpProtocolException reset)
                return new Status(FromHttp2Error(reset.ErrorCode), $"the stream was reset: {reset.Message}", exception);
        }

        return exception is HttpRequestException or IOException or ObjectDisposedException or OperationCanceledException
            ? new Status(StatusCode.Unavailable, $"the connection failed: {Innermost(exception).Message}", exception)
            : new Status(StatusCode.Internal, $"the call failed: {exception.Message}", exception);
    }

    /// <summary>The table of PROTOCOL-HTTP2.md of gRPC, section "Errors".</summary>
    private static StatusCode FromHttp2Error(long code) => code switch
    {
        0x7 => StatusCode.Unavailable,          // REFUSED_STREAM
        0x8 => StatusCode.Cancelled,            // CANCEL
        0xb => StatusCode.ResourceExhausted,    // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied,     // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception;
    }
}
