namespace Grpc.Wire;

/// <summary>Names and values that the protocol reserves (PROTOCOL-HTTP2.md of gRPC).</summary>
internal static class HeaderNames
{
    public const string ContentType = "content-type";
    public const string Te = "te";
    public const string UserAgent = "user-agent";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";

    public const string GrpcContentType = "application/grpc";
    public const string Identity = "identity";
    public const string Trailers = "trailers";

    /// <summary>True for names that belong to the transport: they are neither sent nor shown as metadata.</summary>
    public static bool IsReserved(string name) => name.StartsWith(':') || name.ToLowerInvariant() is
        ContentType or Te or Timeout or Encoding or AcceptEncoding or Status or Message or "grpc-message-type" or
        "connection" or "host" or "content-length" or "transfer-encoding" or "date" or "server" or "trailer";

    /// <summary>True for "application/grpc", alone or followed by '+' or ';'.</summary>
    public static bool IsGrpcContentType(string? value)
    {
        if (value is null || !value.StartsWith(GrpcContentType, StringComparison.OrdinalIgnoreCase)) return false;
        return value.Length == GrpcContentType.Length || value[GrpcContentType.Length] is '+' or ';' or ' ';
    }
}
