using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves the calls of one method.</summary>
internal sealed partial class CallEndpoint<TRequest, TResponse>(
    Method<TRequest, TResponse> method, CallShape<TRequest, TResponse> shape, GrpcServiceOptions options, ILogger logger)
    where TRequest : class
    where TResponse : class
{
    /// <summary>Serves one call to its end.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        if (!CallAdmission.Admit(http)) return;
        var body = new ResponseBody(http.Response);
        await using var context = new HttpServerCallContext(http, method.FullName, body);
        var status = await RunAsync(context, body).ConfigureAwait(false);
        await body.EndAsync(status, context.ResponseTrailers).ConfigureAwait(false);
    }

    private async Task<Status> RunAsync(HttpServerCallContext context, ResponseBody body)
    {
        try
        {
            context.Start();
            var request = context.Http.Request;
            var frames = new FrameReader<TRequest>(
                request.BodyReader, method.RequestMarshaller, options.MaxReceiveMessageSize, request.Headers[HeaderNames.Encoding]);
            var responses = new ResponseWriter<TResponse>(
                body, method.ResponseMarshaller, options.MaxSendMessageSize, context);
            await shape(new RequestReader<TRequest>(frames, context), responses, context).ConfigureAwait(false);
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

    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} failed; the client is told Unknown.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception, string method);
}
