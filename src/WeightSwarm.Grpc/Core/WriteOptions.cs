namespace Grpc.Core;

/// <summary>Hints for one message.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>Sends at once.</summary>
    None = 0,

    /// <summary>The message may wait in a buffer for the next one.</summary>
    BufferHint = 1,

    /// <summary>Never compress. No message is ever compressed here.</summary>
    NoCompress = 2,
}

/// <summary>How messages are written.</summary>
public sealed class WriteOptions(WriteFlags flags = WriteFlags.None)
{
    /// <summary>Sends at once.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The hints.</summary>
    public WriteFlags Flags { get; } = flags;

    internal static bool Buffers(WriteOptions? options) =>
        options is not null && options.Flags.HasFlag(WriteFlags.BufferHint);
}
