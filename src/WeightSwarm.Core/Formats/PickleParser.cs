using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// Reads a pickle's opcodes without obeying them, and lists what it would import (Trail of Bits' fickling and
/// picklescan work the same way). Follows pickles that stand one after another, as torch.save's old format has them.
/// </summary>
public sealed class PickleParser(string file) : ChunkParser(file, LongestItem)
{
    private const int LongestItem = 1 << 20;
    private const int LongestText = 128;
    private const int PicklesOfTorch = 5;

    private readonly PickleMachine _machine = new();
    private int _pickles;
    private long _opcodeAt;
    private bool _isTorch;
    private bool _betweenPickles;

    // torch.serialization.MAGIC_NUMBER, as LONG1 writes it.
    private static ReadOnlySpan<byte> TorchMagic => [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    /// <summary>"os.system": what it names and tensors do not need; the first 64 of them.</summary>
    public ImmutableArray<string> Suspicious => _machine.Suspicious;

    /// <summary>Why nobody should load it, or null while nothing speaks against it but that it is a pickle.</summary>
    public string? Danger => Suspicious.Length > 0
        ? $"it imports {string.Join(", ", Suspicious.Take(5))}{(Suspicious.Length > 5 ? " and more" : "")}"
        : _machine.Lost;

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
    {
        var taken = 0;
        while (!IsDone && taken < window.Length)
        {
            _opcodeAt = Position + taken;
            var length = Opcode(window[taken..], out var skip);
            if (length == 0) break;
            taken += length;
            if (skip == 0) continue;
            Skip(skip);
            break;
        }
        return taken;
    }

    /// <inheritdoc/>
    protected override void Ended()
    {
        if (_betweenPickles && !_isTorch) Done();
        else Fail(Offset, "the pickle ends before its STOP");
    }

    /// <summary>Takes one opcode and answers its length, argument included but for what is to be skipped.</summary>
    private int Opcode(ReadOnlySpan<byte> bytes, out long skip)
    {
        skip = 0;
        if (_betweenPickles && bytes[0] != PickleOpcode.Proto)
        {
            Done();
            return 0;
        }
        _betweenPickles = false;
        var opcode = bytes[0];
        var size = PickleOpcode.Size(opcode);
        switch (PickleOpcode.Argument(opcode))
        {
            case PickleArgument.None: return Plain(opcode);
            case PickleArgument.Fixed: return Fixed(opcode, bytes[1..], size);
            case PickleArgument.Counted: return Counted(opcode, bytes[1..], size, out skip);
            case PickleArgument.Lines: return Lines(opcode, bytes[1..], size);
            default:
                Fail(_opcodeAt, $"a pickle has no opcode 0x{opcode:X2}");
                return 0;
        }
    }

    private int Plain(byte opcode)
    {
        _machine.Step(opcode);
        if (opcode != PickleOpcode.Stop) return 1;
        _machine.Reset();
        _pickles++;
        _betweenPickles = true;
        if (_isTorch && _pickles == PicklesOfTorch) Done();
        return 1;
    }

    private int Fixed(byte opcode, ReadOnlySpan<byte> rest, int size)
    {
        if (rest.Length < size) return 0;
        var index = size switch
        {
            1 => rest[0],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            _ => 0u,
        };
        if (opcode is PickleOpcode.BinPut or PickleOpcode.LongBinPut) _machine.Put(index);
        else if (opcode is PickleOpcode.BinGet or PickleOpcode.LongBinGet) _machine.Get(index);
        else _machine.Step(opcode);
        return 1 + size;
    }

    private int Counted(byte opcode, ReadOnlySpan<byte> rest, int size, out long skip)
    {
        skip = 0;
        if (rest.Length < size) return 0;
        var count = size switch
        {
            1 => rest[0],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(rest),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(rest),
        };
        // A length that no file has: what would follow it never comes.
        count = Math.Min(count, 1UL << 60);
        if (count > LongestText)
        {
            skip = (long)count;
            _machine.PushText(null);
            return 1 + size;
        }
        if (rest.Length < size + (int)count) return 0;
        var bytes = rest.Slice(size, (int)count);
        if (opcode == PickleOpcode.Long1 && _pickles == 0 && bytes.SequenceEqual(TorchMagic)) _isTorch = true;
        _machine.PushText(PickleOpcode.IsText(opcode) ? Encoding.UTF8.GetString(bytes) : null);
        return 1 + size + (int)count;
    }

    private int Lines(byte opcode, ReadOnlySpan<byte> rest, int lines)
    {
        var first = rest.IndexOf((byte)'\n');
        var second = first < 0 || lines == 1 ? -1 : rest[(first + 1)..].IndexOf((byte)'\n');
        if (first < 0 || lines == 2 && second < 0) return 0;
        var line = rest[..first];
        if (lines == 2)
        {
            _machine.Named(opcode, JsonChunkParser.Brief(line), JsonChunkParser.Brief(rest.Slice(first + 1, second)));
            return 3 + first + second;
        }
        if (opcode is PickleOpcode.Get or PickleOpcode.Put) Memo(opcode, line);
        else _machine.PushText(PickleOpcode.IsText(opcode) ? Literal(opcode, line) : null);
        return 2 + first;
    }

    private void Memo(byte opcode, ReadOnlySpan<byte> line)
    {
        if (!uint.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            _machine.Lose("its memo has an index that is no number");
        if (opcode == PickleOpcode.Put) _machine.Put(index);
        else _machine.Get(index);
    }

    /// <summary>A text of protocol 0; null for one with escapes, which names of modules do not have.</summary>
    private static string? Literal(byte opcode, ReadOnlySpan<byte> line)
    {
        if (line.Length > LongestText || line.Contains((byte)'\\')) return null;
        if (opcode == PickleOpcode.String) line = line.Length >= 2 ? line[1..^1] : [];
        return Encoding.UTF8.GetString(line);
    }
}
