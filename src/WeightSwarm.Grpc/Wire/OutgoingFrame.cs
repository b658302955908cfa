using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// One message on its way out, with its prefix: a zero byte (not compressed) and the length, big-endian. The buffer is
/// rented for one message and given back by <see cref="Release"/>, so that an idle stream holds none.
/// </summary>
internal sealed class OutgoingFrame(int? maxBytes) : SerializationContext, IBufferWriter<byte>
{
    public const int PrefixSize = 5;
    private const int DefaultSize = 256;

    private byte[]? _buffer;
    private int _length;
    private bool _complete;

    /// <summary>Serializes one message. The bytes are valid until <see cref="Release"/>.</summary>
    /// <exception cref="RpcException">The message is larger than the limit: ResourceExhausted.</exception>
    public ReadOnlyMemory<byte> Write<T>(T message, Marshaller<T> marshaller)
    {
        _length = PrefixSize;
        _complete = false;
        marshaller.ContextualSerializer(message, this);
        if (!_complete) throw new InvalidOperationException("the marshaller did not complete the message");
        var payload = _length - PrefixSize;
        CheckSize(payload);
        EnsureRoom(0);
        _buffer![0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(1), payload);
        return _buffer.AsMemory(0, _length);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    public override void Complete(byte[] payload)
    {
        CheckSize(payload.Length);
        payload.CopyTo(GetSpan(payload.Length));
        Advance(payload.Length);
        Complete();
    }

    public override void SetPayloadLength(int payloadLength)
    {
        CheckSize(payloadLength);
        EnsureRoom(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete() => _complete = true;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void CheckSize(int payload)
    {
        if (payload > maxBytes)
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"a message to send has {payload} bytes, the limit is {maxBytes}"));
    }

    private void EnsureRoom(int count)
    {
        if (_buffer is not null && _buffer.Length - _length >= count) return;
        var size = Math.Max(_length + count, _buffer is null ? DefaultSize : 2 * _length);
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer?.AsSpan(0, _length).CopyTo(larger);
        Release();
        _buffer = larger;
    }
}
