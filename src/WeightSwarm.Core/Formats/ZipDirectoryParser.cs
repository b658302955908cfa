using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace WeightSwarm.Core.Formats;

/// <summary>A member of an archive that is to be looked into.</summary>
/// <param name="Name">As the archive spells it; for messages only.</param>
/// <param name="Offset">Its local header in the file.</param>
/// <param name="Bytes">Its stored size.</param>
/// <param name="Method">0 stored, 8 deflated.</param>
/// <param name="IsEncrypted">It cannot be read.</param>
public sealed record ZipMember(string Name, long Offset, long Bytes, int Method, bool IsEncrypted);

/// <summary>
/// The directory of a zip archive. Members are checked to lie within the file; only those that may hold pickles or
/// settings are kept.
/// </summary>
public sealed class ZipDirectoryParser(string file, ZipEnd end) : ChunkParser(file, LongestItem, end.Offset)
{
    /// <summary>The most members that are looked into.</summary>
    public const int MostMembers = 1000;

    private const int LongestItem = 1 << 18;
    private const int HeaderBytes = 46;

    private readonly List<ZipMember> _members = [];
    private long _seen;

    /// <summary>Pickles (*.pkl) and Keras' config.json.</summary>
    public ImmutableArray<ZipMember> Members => [.. _members];
    /// <summary>There are more pickles than <see cref="MostMembers"/>.</summary>
    public bool HasMore { get; private set; }
    /// <summary>TorchScript: it has Python code of its own.</summary>
    public bool HasCode { get; private set; }

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
    {
        if (Position >= end.Offset + end.Bytes)
        {
            Finish();
            return 0;
        }
        if (window.Length < HeaderBytes) return 0;
        if (!window.StartsWith("PK\u0001\u0002"u8)) Fail(Position, "the archive's directory is damaged here");
        var name = BinaryPrimitives.ReadUInt16LittleEndian(window[28..]);
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(window[30..]);
        var whole = HeaderBytes + name + extra;
        if (IsDone || window.Length < whole) return 0;
        Skip(BinaryPrimitives.ReadUInt16LittleEndian(window[32..]));
        Member(window[..HeaderBytes], window.Slice(HeaderBytes, name), window.Slice(HeaderBytes + name, extra));
        _seen++;
        return whole;
    }

    /// <inheritdoc/>
    protected override void Ended()
    {
        if (Position >= end.Offset + end.Bytes) Finish();
        else Fail(Offset, "the archive's directory ends within a member");
    }

    private void Finish()
    {
        if (_seen != end.Members)
            Fail(Position, $"the archive's directory lists {_seen} members, and its end says {end.Members}");
        Done();
    }

    private void Member(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra)
    {
        ulong stored = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        ulong plain = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        Widen(extra, ref plain, ref stored, ref offset);
        var room = (ulong)(end.Offset - end.Shift);
        if (offset > room || stored > room - offset)
        {
            Fail(Position, $"the member '{JsonChunkParser.Brief(name)}' has {stored} bytes at {offset}, "
                + $"and the archive's directory starts at {room}: a part of the archive is gone");
            return;
        }
        HasCode |= name.EndsWith(".py"u8) && name.IndexOf("/code/"u8) >= 0;
        if (!name.EndsWith(".pkl"u8) && !name.SequenceEqual("config.json"u8)) return;
        HasMore |= _members.Count == MostMembers;
        if (HasMore) return;
        var encrypted = (header[8] & 1) != 0;
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        _members.Add(new ZipMember(
            Encoding.UTF8.GetString(name), (long)offset + end.Shift, (long)stored, method, encrypted));
    }

    /// <summary>The zip64 field has, in this order, those of the numbers that are all ones in the header.</summary>
    private static void Widen(ReadOnlySpan<byte> extra, ref ulong plain, ref ulong stored, ref ulong offset)
    {
        while (extra.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4) return;
            var field = extra.Slice(4, size);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                Take(ref field, ref plain);
                Take(ref field, ref stored);
                Take(ref field, ref offset);
                return;
            }
            extra = extra[(4 + size)..];
        }
    }

    private static void Take(ref ReadOnlySpan<byte> field, ref ulong number)
    {
        if (number != uint.MaxValue || field.Length < 8) return;
        number = BinaryPrimitives.ReadUInt64LittleEndian(field);
        field = field[8..];
    }
}
