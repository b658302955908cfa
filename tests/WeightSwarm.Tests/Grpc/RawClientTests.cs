using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

/// <summary>Answers that no server of ours would give, written by hand.</summary>
public sealed class RawClientTests
{
    [Theory]
    [InlineData(new byte[] { 9, 0, 0, 0, 0 }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 1 }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "0", StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "0", StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, null, StatusCode.Unknown)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "99", StatusCode.Unknown)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "seven", StatusCode.Unknown)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "5", StatusCode.NotFound)]
    [InlineData(new byte[] { }, "16", StatusCode.Unauthenticated)]
    public async Task Unary_AnswerOutOfLine_HasItsStatus(byte[] body, string? status, StatusCode expected)
    {
        await using var host = await StartAsync(async response =>
        {
            await response.Body.WriteAsync(body);
            if (status is not null) response.AppendTrailer("grpc-status", status);
        });

        var error = await ProbeHost.FailureAsync(host.Client().UnaryAsync(new ProbeRequest()).ResponseAsync);

        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Unary_OneMessageAndOk_IsTheAnswer()
    {
        await using var host = await StartAsync(async response =>
        {
            await response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 24, 5 });
            response.AppendTrailer("grpc-status", "0");
        });

        Assert.Equal(5u, (await host.Client().UnaryAsync(new ProbeRequest())).Index);
    }

    [Fact]
    public async Task Unary_TrailersWithBrokenBase64_IsInternal()
    {
        await using var host = await StartAsync(async response =>
        {
            await response.Body.WriteAsync(new byte[5]);
            response.AppendTrailer("grpc-status", "0");
            response.AppendTrailer("x-bin", "***");
        });

        var error = await ProbeHost.FailureAsync(host.Client().UnaryAsync(new ProbeRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Internal, error.StatusCode);
    }

    [Theory]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    [InlineData(0x2, StatusCode.Internal)]
    public async Task Expand_ServerResetsTheStream_IsMappedFromTheCode(int code, StatusCode expected)
    {
        await using var host = await StartAsync(async response =>
        {
            await response.Body.WriteAsync(new byte[5]);
            await response.Body.FlushAsync();
            response.HttpContext.Features.GetRequiredFeature<IHttpResetFeature>().Reset(code);
        });

        using var call = host.Client().Expand(new ProbeRequest());
        var error = await ProbeHost.FailureAsync(Drain(call.ResponseStream));

        Assert.Equal(expected, error.StatusCode);
    }

    private static async Task Drain(IAsyncStreamReader<ProbeReply> replies)
    {
        while (await replies.MoveNext()) { }
    }

    private static Task<ProbeHost> StartAsync(Func<HttpResponse, Task> answer) =>
        ProbeHost.StartAsync(map: app => app.Run(context =>
        {
            context.Response.ContentType = "application/grpc";
            return answer(context.Response);
        }));
}
