using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Cuts a body into messages. The limit is checked as soon as the length is known; beyond that only bytes that have
/// arrived take memory, and no more are asked of the transport than the message at hand needs.
/// </summary>
/// <param name="pipe">The body.</param>
/// <param name="marshaller">Codec of the messages.</param>
/// <param name="maxBytes">Largest payload in bytes; null: as large as a frame can be.</param>
/// <param name="encoding">"grpc-encoding" as the peer sent it.</param>
internal sealed class FrameReader<T>(PipeReader pipe, Marshaller<T> marshaller, int? maxBytes, string? encoding)
    where T : class
{
    private readonly IncomingPayload _payload = new();
    private RpcException? _failure;

    /// <summary>The next message, or null at the end of the body.</summary>
    /// <exception cref="RpcException">The peer broke a rule or the limit. Every later read says so.</exception>
    public async ValueTask<T?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_failure is not null) throw _failure;
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var consumed = result.Buffer.Start;
            try
            {
                if (TryCut(result.Buffer, out var payload))
                {
                    consumed = payload.End;
                    return _payload.Read(payload, marshaller);
                }

                if (!result.IsCompleted) continue;
                if (result.Buffer.IsEmpty) return null;
                throw Error(StatusCode.Internal, $"the stream ended {result.Buffer.Length} bytes into a message");
            }
            catch (RpcException e)
            {
                _failure = e;
                throw;
            }
            finally
            {
                pipe.AdvanceTo(consumed, consumed.Equals(result.Buffer.Start) ? result.Buffer.End : consumed);
            }
        }
    }

    /// <summary>Gives the body back to the transport. Nothing can be read after.</summary>
    public void Complete() => pipe.Complete();

    private bool TryCut(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> payload)
    {
        payload = default;
        if (buffer.Length < OutgoingFrame.PrefixSize) return false;
        Span<byte> prefix = stackalloc byte[OutgoingFrame.PrefixSize];
        buffer.Slice(0, OutgoingFrame.PrefixSize).CopyTo(prefix);
        CheckFlag(prefix[0]);
        var length = CheckLength(BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));
        if (buffer.Length - OutgoingFrame.PrefixSize < length) return false;
        payload = buffer.Slice(OutgoingFrame.PrefixSize, length);
        return true;
    }

    private void CheckFlag(byte flag)
    {
        if (flag == 0) return;
        if (flag != 1) throw Malformed(StatusCode.Internal, $"a message starts with flag {flag}, neither 0 nor 1");
        throw encoding is null or HeaderNames.Identity
            ? Malformed(StatusCode.Internal, "a message is marked as compressed and grpc-encoding names no compression")
            : Malformed(StatusCode.Unimplemented, $"grpc-encoding '{encoding}' is not supported; send identity");
    }

    private int CheckLength(uint length)
    {
        var limit = maxBytes ?? int.MaxValue;
        return length <= limit
            ? (int)length
            : throw Malformed(
                StatusCode.ResourceExhausted, $"a received message has {length} bytes, the limit is {limit}");
    }

    private static RpcException Malformed(StatusCode code, string detail) =>
        new(new Status(code, detail, new MalformedMessageException(detail)));

    private static RpcException Error(StatusCode code, string detail) => new(new Status(code, detail));
}
