using Grpc.Core;

namespace WeightSwarm.Tests.Grpc;

/// <summary>What a handler saw of its call; the context itself is not to be used after it.</summary>
internal sealed record SeenCall(
    string Method, string Host, string Peer, DateTime Deadline, Metadata RequestHeaders, string? CertificateHash)
{
    public static SeenCall Of(ServerCallContext context)
    {
        var certificate = context.GetHttpContext().Connection.ClientCertificate;
        return new SeenCall(
            context.Method,
            context.Host,
            context.Peer,
            context.Deadline,
            context.RequestHeaders,
            certificate?.GetCertHashString());
    }
}
