using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts the bytes of one message.</summary>
public abstract class SerializationContext
{
    /// <summary>Hands over the whole payload at once.</summary>
    public abstract void Complete(byte[] payload);

    /// <summary>Announces the exact length in bytes, so that one buffer of the right size is taken.</summary>
    public abstract void SetPayloadLength(int payloadLength);

    /// <summary>A writer for the payload; end with <see cref="Complete()"/>.</summary>
    public abstract IBufferWriter<byte> GetBufferWriter();

    /// <summary>Ends a payload that was written through <see cref="GetBufferWriter"/>.</summary>
    public abstract void Complete();
}

/// <summary>Where a marshaller gets the bytes of one message.</summary>
public abstract class DeserializationContext
{
    /// <summary>Length in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The payload in an array of its own.</summary>
    public abstract byte[] PayloadAsNewBuffer();

    /// <summary>The payload in the transport's buffers; valid until the deserializer returns.</summary>
    public abstract ReadOnlySequence<byte> PayloadAsReadOnlySequence();
}
