using System.Buffers;
using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// The response of one call: headers, messages, trailers. It is idle, writing or ended; the end of the handler and the
/// deadline may race for the last step, and only the first one takes it.
/// </summary>
internal sealed class ResponseBody(HttpResponse response)
{
    private const int Idle = 0;
    private const int Writing = 1;
    private const int Ended = 2;
    private const int ResetCancel = 0x8;

    private int _state;
    private bool _hasMessages;

    /// <summary>Claims the body for one write.</summary>
    /// <exception cref="InvalidOperationException">Another write is in progress, or the call has ended.</exception>
    public void BeginWrite()
    {
        var state = Interlocked.CompareExchange(ref _state, Writing, Idle);
        if (state == Writing) throw new InvalidOperationException("a write of this stream is in progress; await it");
        if (state == Ended) throw new InvalidOperationException("the call has ended; nothing can be written");
    }

    /// <summary>Gives the claim back.</summary>
    public void EndWrite() => Interlocked.CompareExchange(ref _state, Idle, Writing);

    /// <summary>Writes one frame; returns when the transport has room again.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, bool flush, CancellationToken cancellationToken)
    {
        _hasMessages = true;
        response.BodyWriter.Write(frame.Span);
        if (flush) await response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>Sends the headers.</summary>
    public async Task WriteHeadersAsync(Metadata headers)
    {
        if (HasStarted) throw new InvalidOperationException("the headers of the response were sent already");
        BeginWrite();
        try
        {
            foreach (var entry in headers) Append(response.Headers, entry);
            await response.BodyWriter.FlushAsync();
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Ends the call for the client. Under a write that still waits, the stream can only be reset.</summary>
    public async Task EndAsync(Status status, Metadata trailers)
    {
        var state = Interlocked.Exchange(ref _state, Ended);
        if (state == Idle)
        {
            AppendTrailers(status, trailers);
            await response.CompleteAsync();
        }
        else if (state == Writing)
        {
            response.HttpContext.Features.GetRequiredFeature<IHttpResetFeature>().Reset(ResetCancel);
        }
    }

    private bool HasStarted => response.HasStarted || _hasMessages;

    private void AppendTrailers(Status status, Metadata trailers)
    {
        // Without a message the trailers are the headers: "Trailers-Only" of the specification.
        var destination = HasStarted
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        status = AppendMetadata(destination, trailers) ?? status;
        destination[HeaderNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status.Detail.Length > 0) destination[HeaderNames.Message] = PercentCoding.Encode(status.Detail);
    }
    /// <summary>Appends what can be sent. An entry that cannot be is the handler's bug: the status says so.</summary>
    private static Status? AppendMetadata(IHeaderDictionary destination, Metadata metadata)
    {
        try
        {
            foreach (var entry in metadata) Append(destination, entry);
            return null;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }

    // ASP.NET Core's own Append leaves empty values out.
    private static void Append(IHeaderDictionary destination, Metadata.Entry entry) =>
        destination[entry.Key] = StringValues.Concat(destination[entry.Key], MetadataCodec.FieldValue(entry));
}
