using System.Buffers;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The bytes of one received message, still in the transport's buffers.</summary>
internal sealed class IncomingPayload : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public override int PayloadLength => (int)_payload.Length;

    /// <summary>Deserializes one message.</summary>
    /// <exception cref="RpcException">The bytes are no such message: Internal.</exception>
    public T Read<T>(ReadOnlySequence<byte> payload, Marshaller<T> marshaller)
    {
        _payload = payload;
        try
        {
            return marshaller.ContextualDeserializer(this);
        }
        catch (Exception e)
        {
            const string detail = "the message received cannot be parsed";
            throw new RpcException(
                new Status(StatusCode.Internal, detail, new MalformedMessageException(detail, e)));
        }
        finally
        {
            _payload = default;
        }
    }

    public override byte[] PayloadAsNewBuffer() => _payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;
}
