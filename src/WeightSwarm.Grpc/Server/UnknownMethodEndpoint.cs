using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>Answers calls of methods that a known service does not have.</summary>
internal static class UnknownMethodEndpoint
{
    public static Task HandleAsync(HttpContext http)
    {
        if (!CallAdmission.Admit(http)) return Task.CompletedTask;
        var status = new Status(StatusCode.Unimplemented, $"there is no method {http.Request.Path}");
        return new ResponseBody(http.Response).EndAsync(status, Metadata.Empty);
    }
}
