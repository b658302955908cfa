using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves the calls of one method.</summary>
internal sealed partial class CallEndpoint<TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    CallShape<TRequest, TResponse> shape,
    GrpcServiceOptions limits,
    ILogger logger)
    where TRequest : class
    where TResponse : class
{
    /// <summary>Serves one call to its end.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (!CallAdmission.Admit(http)) return;
        var body = new ResponseBody(http.Response);
        await using var context = new HttpServerCallContext(http, method.FullName, body);
        var status = await RunAsync(context, body);
        await body.EndAsync(status, context.ResponseTrailers);
    }

    private async Task<Status> RunAsync(HttpServerCallContext context, ResponseBody body)
    {
        try
        {
            context.Start();
            await shape(Requests(context), Responses(context, body), context);
            return context.Status;
        }
        catch (RpcException e)
        {
            foreach (var entry in e.Trailers) context.ResponseTrailers.Add(entry);
            return e.Status;
        }
        catch (Exception) when (context.IsPastDeadline)
        {
            return new Status(StatusCode.DeadlineExceeded, "the deadline has passed");
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            return new Status(StatusCode.Cancelled, "the call was cancelled");
        }
        catch (Exception e)
        {
            LogHandlerFailed(logger, e, method.FullName);
            return new Status(StatusCode.Unknown, "the handler failed");
        }
    }

    private RequestReader<TRequest> Requests(HttpServerCallContext context)
    {
        var request = context.Http.Request;
        string? encoding = request.Headers[HeaderNames.Encoding];
        var frames = new FrameReader<TRequest>(
            request.BodyReader, method.RequestMarshaller, limits.MaxReceiveMessageSize, encoding);
        return new RequestReader<TRequest>(frames, context);
    }

    private ResponseWriter<TResponse> Responses(HttpServerCallContext context, ResponseBody body) =>
        new(body, method.ResponseMarshaller, limits.MaxSendMessageSize, context);

    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} failed; the client is told Unknown.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string method);
}
