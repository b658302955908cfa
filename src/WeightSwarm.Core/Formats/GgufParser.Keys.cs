namespace WeightSwarm.Core.Formats;

/// <summary>The keys and values of a GGUF header. Values that say nothing here are skipped.</summary>
public sealed partial class GgufParser
{
    private const uint TypeU32 = 4, TypeString = 8, TypeArray = 9, LastType = 12;

    private int Pair(ref ByteCursor cursor)
    {
        if (!cursor.Size(_wide, out var length)) return 0;
        if (length > LongestKey) Fail(Position, $"a key has {length} bytes; {LongestKey} is the limit");
        if (IsDone || !cursor.Bytes((int)length, out var key) || !cursor.U32(out var type)) return 0;
        if (type == TypeArray ? !Array(ref cursor, 1) : !Value(ref cursor, type, key)) return 0;
        // Only now: a key whose value has not all come yet is looked at again.
        if (!_names.Add(NameHash.Of(key)))
            Fail(Position, $"the key '{JsonChunkParser.Brief(key)}' stands there twice");
        _keysLeft--;
        return cursor.At;
    }

    private bool Value(ref ByteCursor cursor, uint type, ReadOnlySpan<byte> key)
    {
        if (type == TypeString) return Text(ref cursor, key);
        var width = Width(type);
        if (width == 0)
            Fail(Position, $"the value of '{JsonChunkParser.Brief(key)}' has the type {type}, which is none");
        if (IsDone) return false;
        if (type != TypeU32) return cursor.Bytes(width, out _);
        if (!cursor.U32(out var number)) return false;
        if (key.SequenceEqual("general.alignment"u8)) Align(number);
        return true;
    }

    private void Align(uint alignment)
    {
        _alignment = Math.Max(alignment, 1);
        if (!uint.IsPow2(alignment)) Fail(Position, $"general.alignment is {alignment}, which is no power of two");
    }

    private bool Text(ref ByteCursor cursor, ReadOnlySpan<byte> key)
    {
        if (!cursor.Size(_wide, out var length) || !Fits(length, cursor.At)) return false;
        if (!key.SequenceEqual("general.architecture"u8) || length > 1024)
        {
            Skip((long)length);
            return true;
        }
        if (!cursor.Bytes((int)length, out var text)) return false;
        Architecture = Facts.ArchitectureOf(text);
        return true;
    }

    private bool Fits(ulong length, int at)
    {
        if (length > LongestString) Fail(Position, $"a string has {length} bytes; {LongestString} is the limit");
        else if (length > (ulong)Math.Max(Left - at, 0))
            Fail(Position, $"a string has {length} bytes, and the file {Math.Max(Left - at, 0)} more");
        return !IsDone;
    }

    private bool Array(ref ByteCursor cursor, int depth)
    {
        if (!cursor.U32(out var type) || !cursor.Size(_wide, out var count)) return false;
        var width = (ulong)Width(type);
        if (type > LastType) Fail(Position, $"an array's elements have the type {type}, which is none");
        else if (count > MostElements) Fail(Position, $"an array has {count} elements; {MostElements} is the limit");
        else if (depth > DeepestArray) Fail(Position, $"arrays lie deeper than {DeepestArray} levels");
        else if (count * width > (ulong)Math.Max(Left - cursor.At, 0))
            Fail(Position, $"an array has {count} elements of {width} bytes, and the file {Left - cursor.At} more");
        if (IsDone) return false;
        if (width > 0) Skip((long)(count * width));
        else if (count > 0) _arrays.Push((type, count, depth));
        return true;
    }

    /// <summary>The next elements of the innermost array, whose elements are strings or arrays.</summary>
    private int Element(ref ByteCursor cursor)
    {
        var (type, left, depth) = _arrays.Pop();
        if (type == TypeString)
        {
            var taken = Strings(ref cursor, ref left);
            if (left > 0) _arrays.Push((type, left, depth));
            return taken;
        }
        if (left > 1) _arrays.Push((type, left - 1, depth));
        if (Array(ref cursor, depth + 1)) return cursor.At;
        if (left > 1) _arrays.Pop();
        _arrays.Push((type, left, depth));
        return 0;
    }

    private int Strings(ref ByteCursor cursor, ref ulong left)
    {
        var taken = 0;
        while (left > 0 && cursor.Size(_wide, out var length))
        {
            if (!Fits(length, cursor.At)) break;
            left--;
            taken = cursor.At;
            if (cursor.Bytes((int)length, out _))
            {
                taken = cursor.At;
                continue;
            }
            Skip((long)length);
            break;
        }
        return taken;
    }

    private static int Width(uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        10 or 11 or 12 => 8,
        _ => 0,
    };
}
