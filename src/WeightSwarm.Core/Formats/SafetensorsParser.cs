using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// The header of a safetensors file: u64 length, JSON, data (https://huggingface.co/docs/safetensors). Checked as the
/// reference implementation does: no name twice, dtype × shape = bytes, the tensors cover the data without hole or
/// overlap, and the file ends where the last one does. A dtype that is not known here passes without its size check.
/// </summary>
public sealed class SafetensorsParser(string file, long fileBytes) : JsonChunkParser(file)
{
    /// <summary>The largest header, bytes: the reference implementation's limit.</summary>
    public const long LargestHeader = 100_000_000;

    private readonly TensorTally _tally = new();
    private readonly TensorLayout _layout = new();
    private TensorInHeader _tensor = new();
    private Part _part;
    private long _jsonEnd;
    private bool _inMetadata;
    private bool _metadataSeen;
    private bool _complete;

    private enum Part { None, Dtype, Shape, Offsets, Other }

    /// <summary>What the tensors add up to; also where the file is truncated behind its header.</summary>
    public TensorTotals Totals { get; private set; } = TensorTotals.None;

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
    {
        if (_jsonEnd == 0) return Length(window);
        var left = _jsonEnd - Position;
        var whole = window.Length >= left;
        var consumed = ConsumeJson(whole ? window[..(int)left] : window, whole);
        if (whole && _complete) Finish();
        else if (whole && !IsDone) Fail(_jsonEnd, "the header is not a whole JSON object");
        return consumed;
    }

    /// <inheritdoc/>
    protected override void Ended() => Fail(Offset, _jsonEnd == 0
        ? $"the file ends after {Offset} bytes; a safetensors file starts with the 8 bytes of its header's length"
        : $"the file ends within its header, which is to reach to {_jsonEnd}");

    private int Length(ReadOnlySpan<byte> window)
    {
        if (window.Length < 9) return 0;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(window);
        if (length is < 2 or > LargestHeader)
            Fail(0, $"the header claims {length} bytes; 2 to {LargestHeader} are possible");
        else if (length > (ulong)(fileBytes - 8))
            Fail(0, $"the header claims {length} bytes, and the file has {fileBytes - 8} behind its length");
        else if (window[8] != '{')
            Fail(8, "the header does not start with '{'");
        _jsonEnd = 8 + (long)length;
        return 8;
    }

    private protected override void Token(ref Utf8JsonReader reader, long at)
    {
        switch (reader.CurrentDepth)
        {
            case 0: _complete = reader.TokenType == JsonTokenType.EndObject; break;
            case 1: Entry(ref reader, at); break;
            case 2 when _inMetadata: Metadata(ref reader, at); break;
            case 2: Field(ref reader, at); break;
            default: Element(ref reader, at); break;
        }
    }

    private void Entry(ref Utf8JsonReader reader, long at)
    {
        if (reader.TokenType == JsonTokenType.PropertyName) Name(ref reader, at);
        else if (reader.TokenType == JsonTokenType.StartObject) _part = Part.None;
        else if (reader.TokenType == JsonTokenType.EndObject) EndTensor();
        else if (!_inMetadata || reader.TokenType != JsonTokenType.Null)
            Fail(at, $"the value of '{_tensor.Name}' is not an object");
    }

    private void Name(ref Utf8JsonReader reader, long at)
    {
        var name = Text(ref reader, at);
        _inMetadata = name.SequenceEqual("__metadata__"u8);
        _tensor = new TensorInHeader { At = at, Name = Brief(name), Hash = NameHash.Of(name) };
        if (_inMetadata && _metadataSeen) Fail(at, "'__metadata__' stands there twice");
        _metadataSeen |= _inMetadata;
    }

    private void Metadata(ref Utf8JsonReader reader, long at)
    {
        if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String) return;
        Fail(at, "a value of '__metadata__' is not a string");
    }

    private void Field(ref Utf8JsonReader reader, long at)
    {
        var token = reader.TokenType;
        if (token == JsonTokenType.PropertyName) Open(ref reader, at);
        else if (_part == Part.Dtype) Dtype(ref reader, at);
        else if (_part is Part.Shape or Part.Offsets
            && token is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
            Fail(at, $"'{_part}' of '{_tensor.Name}' is not an array");
    }

    private void Open(ref Utf8JsonReader reader, long at)
    {
        _part = reader.ValueTextEquals("dtype"u8) ? Part.Dtype
            : reader.ValueTextEquals("shape"u8) ? Part.Shape
            : reader.ValueTextEquals("data_offsets"u8) ? Part.Offsets : Part.Other;
        if (_part == Part.Other) return;
        if ((_tensor.Seen & (1 << (int)_part)) != 0) Fail(at, $"'{_tensor.Name}' has a field twice");
        _tensor.Seen |= 1 << (int)_part;
    }

    private void Dtype(ref Utf8JsonReader reader, long at)
    {
        if (reader.TokenType == JsonTokenType.String && SafetensorsDtype.IsName(reader.ValueSpan))
            _tensor.Dtype = Encoding.ASCII.GetString(reader.ValueSpan);
        else
            Fail(at, $"the dtype of '{_tensor.Name}' is not the name of one");
    }

    private void Element(ref Utf8JsonReader reader, long at)
    {
        if (_part is not (Part.Shape or Part.Offsets)) return;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out var number) || number > long.MaxValue)
            Fail(at, $"a number of '{_tensor.Name}' is not one of 0 to 2^63-1");
        else if (_part == Part.Offsets && !_tensor.TakeOffset((long)number))
            Fail(at, $"'{_tensor.Name}' has more than two offsets");
        else if (_part == Part.Shape && !_tensor.TakeDimension((long)number))
            Fail(at, $"the shape of '{_tensor.Name}' has more than 2^63-1 elements");
    }

    private void EndTensor()
    {
        if (_inMetadata) return;
        if (_tensor.Fault() is { } fault)
        {
            Fail(_tensor.At, fault);
            return;
        }
        _layout.Add(_tensor);
        _tally.Add(_tensor.Dtype, _tensor.Elements, _tensor.End - _tensor.Begin);
    }

    private void Finish()
    {
        if (_layout.Fault(out var at) is { } fault)
        {
            Fail(at, fault);
            return;
        }
        var end = (UInt128)_jsonEnd + (ulong)_layout.End;
        if (end > (ulong)fileBytes)
            Fail(fileBytes, $"the file is truncated: it ends here, and its tensors reach to {end}");
        else if (end < (ulong)fileBytes)
            Fail((long)end, $"{(ulong)fileBytes - end} bytes follow the last tensor");
        Totals = _tally.Totals();
        Done();
    }
}
