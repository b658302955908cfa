using Google.Protobuf;

namespace WeightSwarm.Core.Records;

/// <summary>The ways in which Google.Protobuf says that bytes are no message.</summary>
public static class ProtobufFault
{
    /// <summary>
    /// Whether an exception of its parser is the input's fault. A length near 2^31 inside a nested message sends it
    /// outside its buffer, where it fails as if by a bug of its caller (protobuf issues 5513 and 26856): eight bytes
    /// from anybody, which must not end a daemon.
    /// </summary>
    public static bool IsMalformed(Exception e) =>
        e is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentException;
}
