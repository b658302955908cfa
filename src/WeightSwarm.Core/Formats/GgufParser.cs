using System.Buffers.Binary;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// The header of a GGUF file, versions 1 to 3, both byte orders (ggml/docs/gguf.md). Limits: those of the hub's parser
/// (100,000 keys, 1,000,000 elements of an array, nesting of 4, 8 dimensions of 2^32), with 1,000,000 tensors.
/// </summary>
public sealed partial class GgufParser(string file, long fileBytes) : ChunkParser(file, LongestItem)
{
    /// <summary>The most keys.</summary>
    public const int MostKeys = 100_000;
    /// <summary>The most tensors.</summary>
    public const int MostTensors = 1_000_000;
    /// <summary>The most elements of an array.</summary>
    public const int MostElements = 1_000_000;
    /// <summary>The longest string value, bytes.</summary>
    public const int LongestString = 10_000_000;
    /// <summary>The longest key, bytes.</summary>
    public const int LongestKey = 65_535;
    /// <summary>The longest name of a tensor, bytes. The format says 64; some programs write more.</summary>
    public const int LongestName = 1024;

    private const int LongestItem = 1 << 18;
    private const int DeepestArray = 4;
    private const int MostDimensions = 8;
    private const uint NewestVersion = 3;

    private readonly TensorTally _tally = new();
    private readonly SortedSet<ulong> _names = [];
    private readonly Stack<(uint Type, ulong Left, int Depth)> _arrays = new();
    private bool _bigEndian;
    private bool _wide;
    private ulong _keysLeft;
    private ulong _tensorsLeft;
    private uint _alignment = 32;
    private bool _started;
    private bool _inTensors;
    private (long Offset, long Bytes, string Name, long At) _last = (0, 0, "", 0);

    /// <summary>What the tensors add up to; also where the file is truncated behind its header.</summary>
    public TensorTotals Totals { get; private set; } = TensorTotals.None;
    /// <summary>general.architecture; empty for none. See <see cref="Facts"/>.</summary>
    public string Architecture { get; private set; } = "";
    /// <summary>The format's version.</summary>
    public uint Version { get; private set; }
    /// <summary>False for a version that is newer than this program: nothing else is known then.</summary>
    public bool IsUnderstood => Version <= NewestVersion;

    private long Left => fileBytes - Position;

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
    {
        var cursor = new ByteCursor(window, _bigEndian);
        var taken = !_started ? Start(window, isLast)
            : _arrays.Count > 0 ? Element(ref cursor)
            : _keysLeft > 0 ? Pair(ref cursor)
            : _tensorsLeft > 0 ? Tensor(ref cursor) : 0;
        if (_started && !IsDone && _arrays.Count == 0 && _keysLeft == 0) TensorsFollow(taken);
        return taken;
    }

    /// <inheritdoc/>
    protected override void Ended() =>
        Fail(fileBytes, $"the file is truncated: it ends within its header, {Missing()} before the header's end");

    private string Missing() => !_started ? "its counts"
        : _arrays.Count > 0 || _keysLeft > 0 ? $"{_keysLeft} keys and {_tensorsLeft} tensors"
        : $"{_tensorsLeft} tensors";

    private int Start(ReadOnlySpan<byte> window, bool isLast)
    {
        if (window.Length < 8) return 0;
        if (!window.StartsWith("GGUF"u8)) Fail(0, "the file does not start with 'GGUF'");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(window[4..]);
        _bigEndian = (version & 0xFFFF) == 0;
        Version = _bigEndian ? BinaryPrimitives.ReverseEndianness(version) : version;
        if (Version is 0 or > 0xFFFF) Fail(4, $"the version {Version} is none");
        if (!IsUnderstood) Done();
        _wide = Version >= 2;
        var cursor = new ByteCursor(window[8..], _bigEndian);
        if (IsDone || !cursor.Size(_wide, out var tensors) || !cursor.Size(_wide, out var keys)) return 0;
        if (tensors > MostTensors) Fail(8, $"it claims {tensors} tensors; {MostTensors} is the limit");
        if (keys > MostKeys) Fail(8, $"it claims {keys} keys; {MostKeys} is the limit");
        (_tensorsLeft, _keysLeft, _started) = (tensors, keys, true);
        return 8 + cursor.At;
    }

    private void TensorsFollow(int taken)
    {
        if (!_inTensors) _names.Clear();
        _inTensors = true;
        if (_tensorsLeft == 0) Finish(Position + taken);
    }

    private int Tensor(ref ByteCursor cursor)
    {
        if (!Name(ref cursor, out var name, out var hash)) return 0;
        if (!cursor.U32(out var rank)) return 0;
        if (rank > MostDimensions) Fail(Position, $"'{name}' has {rank} dimensions; {MostDimensions} is the limit");
        if (IsDone) return 0;
        UInt128 elements = 1;
        ulong row = 1;
        for (var i = 0; i < rank; i++)
        {
            if (!cursor.Size(_wide, out var length)) return 0;
            if (length > 1UL << 32 || elements * length > long.MaxValue)
                Fail(Position, $"'{name}' has a dimension of {length}, or too many elements in all");
            if (IsDone) return 0;
            if (i == 0) row = length;
            elements *= length;
        }
        if (!cursor.U32(out var type) || !cursor.U64(out var offset)) return 0;
        if (!_names.Add(hash)) Fail(Position, $"another tensor is named '{name}', too");
        Place(name, type, (long)(ulong)elements, row, offset);
        _tensorsLeft--;
        return cursor.At;
    }

    private void Place(string name, uint type, long elements, ulong row, ulong offset)
    {
        var known = GgmlType.Block(type, out var inBlock, out var blockBytes);
        var size = known ? (UInt128)(ulong)elements / (uint)inBlock * (uint)blockBytes : 0;
        if (offset > (ulong)fileBytes || size > (ulong)fileBytes)
            Fail(fileBytes, "the file is truncated: it ends here, and "
                + $"'{name}' takes {size} bytes from {offset} of the data on");
        else if (elements / 8 > fileBytes)
            Fail(Position, $"'{name}' has {elements} elements, more than fit into a file of {fileBytes} bytes");
        else if (offset % _alignment != 0)
            Fail(Position, $"'{name}' starts at {offset} of the data, which is no multiple of {_alignment}");
        else if (offset < (ulong)(_last.Offset + _last.Bytes))
            Fail(Position, $"'{name}' starts at {offset} of the data, before the end of '{_last.Name}'");
        else if (known && row % (uint)inBlock != 0)
            Fail(Position, $"'{name}' has rows of {row} elements, and blocks of {GgmlType.Name(type)} have {inBlock}");
        if (IsDone) return;
        var bytes = (long)(ulong)size;
        _tally.Add(GgmlType.Name(type), elements, bytes);
        _last = ((long)offset, bytes, name, Position);
    }

    private void Finish(long headerEnd)
    {
        var start = ((UInt128)(ulong)headerEnd + _alignment - 1) / _alignment * _alignment;
        var end = start + (ulong)_last.Offset + (ulong)_last.Bytes;
        if (_last.Name.Length > 0 && end > (ulong)fileBytes)
            Fail(fileBytes, $"the file is truncated: it ends here, and '{_last.Name}' reaches to {end}");
        Totals = _tally.Totals();
        Done();
    }

    private bool Name(ref ByteCursor cursor, out string name, out ulong hash)
    {
        (name, hash) = ("", 0);
        if (!cursor.Size(_wide, out var length)) return false;
        if (length > LongestName) Fail(Position, $"a tensor's name has {length} bytes; {LongestName} is the limit");
        if (IsDone || !cursor.Bytes((int)length, out var bytes)) return false;
        (name, hash) = (JsonChunkParser.Brief(bytes), NameHash.Of(bytes));
        return true;
    }
}
