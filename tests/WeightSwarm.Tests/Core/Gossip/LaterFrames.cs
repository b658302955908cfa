using Google.Protobuf;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>What a daemon of a later version sends: the frames of this one with more in them.</summary>
internal static class LaterFrames
{
    /// <summary>Fields of numbers that this version does not know: one of each wire type.</summary>
    public static byte[] UnknownFields { get; } =
    [
        0xC0, 0x3E, 0x07, // 1000: the number 7
        0xC9, 0x3E, 1, 2, 3, 4, 5, 6, 7, 8, // 1001: eight bytes
        0xD2, 0x3E, 0x05, .. "later"u8, // 1002: text
        0xDD, 0x3E, 1, 2, 3, 4, // 1003: four bytes
    ];

    /// <summary>A frame of a kind that this version does not know.</summary>
    public static V1.Frame OfUnknownKind { get; } = V1.Frame.Parser.ParseFrom(UnknownFields);

    /// <summary>The message with unknown fields behind its own.</summary>
    public static T With<T>(T message)
        where T : IMessage<T> =>
        (T)message.Descriptor.Parser.ParseFrom([.. message.ToByteArray(), .. UnknownFields]);

    /// <summary>
    /// The bytes of a frame as a later version sends it: protocol 2, and unknown fields in the frame, in what it
    /// carries and in every range. Envelopes are as they are: a later version signs what it adds, in their bodies.
    /// </summary>
    public static byte[] BytesOf(V1.Frame frame)
    {
        var later = frame.Clone();
        if (later.Hello is { } hello) hello.Protocol = 2;
        if (later.Reconcile is { } message)
            for (var i = 0; i < message.Ranges.Count; i++)
                message.Ranges[i] = With(message.Ranges[i]);
        var kind = V1.Frame.Descriptor.Oneofs.Single().Accessor.GetCaseFieldDescriptor(later);
        var carried = (IMessage)kind.Accessor.GetValue(later);
        byte[] more = [.. carried.ToByteArray(), .. UnknownFields];
        kind.Accessor.SetValue(later, carried.Descriptor.Parser.ParseFrom(more));
        return With(later).ToByteArray();
    }
}
