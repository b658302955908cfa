using System.Buffers.Binary;

namespace WeightSwarm.Core.Formats;

/// <summary>Reads numbers from the front of a window; every read says whether there was enough.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> window, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _window = window;

    /// <summary>Bytes that were read.</summary>
    public int At { get; private set; }

    public bool U16(out uint value)
    {
        value = 0;
        if (!Bytes(2, out var b)) return false;
        value = bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);
        return true;
    }

    public bool U32(out uint value)
    {
        value = 0;
        if (!Bytes(4, out var b)) return false;
        value = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b);
        return true;
    }

    public bool U64(out ulong value)
    {
        value = 0;
        if (!Bytes(8, out var b)) return false;
        value = bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(b) : BinaryPrimitives.ReadUInt64LittleEndian(b);
        return true;
    }

    /// <summary>Eight bytes, or four of a format's first version.</summary>
    public bool Size(bool wide, out ulong value)
    {
        if (wide) return U64(out value);
        var enough = U32(out var narrow);
        value = narrow;
        return enough;
    }

    public bool Bytes(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (count > _window.Length - At) return false;
        bytes = _window.Slice(At, count);
        At += count;
        return true;
    }
}
