using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>Tells gRPC requests from others, and lifts the limits of plain HTTP from them.</summary>
internal static class CallAdmission
{
    /// <summary>Prepares the exchange. False: the request is no gRPC, and the response says so.</summary>
    public static bool Admit(HttpContext http)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "h2c";
            return false;
        }

        if (!HeaderNames.IsGrpcContentType(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        http.Response.ContentType = HeaderNames.GrpcContentType;
        http.Response.Headers[HeaderNames.AcceptEncoding] = HeaderNames.Identity;
        LiftLimits(http.Features);
        return true;
    }

    // A stream may be silent for hours and carry any number of bytes: only single messages are limited.
    private static void LiftLimits(IFeatureCollection features)
    {
        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
    }
}
