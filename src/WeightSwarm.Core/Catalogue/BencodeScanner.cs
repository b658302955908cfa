namespace WeightSwarm.Core.Catalogue;

/// <summary>One pass over bencoded bytes, with a stack of its own, so that depth never becomes call depth.</summary>
internal ref struct BencodeScanner(ReadOnlySpan<byte> bytes, List<BencodeToken> tokens, BencodeLimits limits)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Frame[] _open = new Frame[limits.Depth];
    private int _depth = 0;
    private int _at = 0;
    private string? _fault;

    /// <summary>Null when the input is one well-spelled value; else why it is not.</summary>
    public string? Run()
    {
        do
        {
            if (_at >= _bytes.Length) return $"it ends at offset {_at} within a value";
            if (_depth > 0 && _bytes[_at] == 'e') Close();
            else if (_depth > 0 && _open[_depth - 1].WantsKey) Key();
            else Value();
        }
        while (_fault is null && _depth > 0);
        if (_fault is null && _at != _bytes.Length) Fail($"{_bytes.Length - _at} bytes follow the value");
        return _fault;
    }

    private void Value()
    {
        if (_depth > 0) _open[_depth - 1].WantsKey = _open[_depth - 1].IsDictionary;
        switch (_bytes[_at])
        {
            case (byte)'i': Integer(); break;
            case (byte)'l': Open(BencodeKind.List); break;
            case (byte)'d': Open(BencodeKind.Dictionary); break;
            default: String(); break;
        }
    }

    private void Key()
    {
        var previous = _open[_depth - 1];
        if (!String()) return;
        var key = tokens[^1];
        var frame = previous with { KeyStart = key.Start, KeyEnd = key.End, HasKey = true, WantsKey = false };
        _open[_depth - 1] = frame;
        if (!previous.HasKey) return;
        var order = _bytes[previous.KeyStart..previous.KeyEnd].SequenceCompareTo(_bytes[key.Start..key.End]);
        if (order == 0) Fail("a key stands twice in one dictionary");
        if (order > 0) Fail("the keys of a dictionary are not in ascending order");
    }

    private void Open(BencodeKind kind)
    {
        if (_depth == _open.Length) { Fail($"values lie deeper than {_open.Length} levels"); return; }
        if (!Add(new BencodeToken(_at, 0, 0, kind))) return;
        var isDictionary = kind == BencodeKind.Dictionary;
        _open[_depth++] = new Frame { Index = tokens.Count - 1, IsDictionary = isDictionary, WantsKey = isDictionary };
        _at++;
    }

    private void Close()
    {
        var frame = _open[_depth - 1];
        if (frame.IsDictionary && !frame.WantsKey) { Fail("a key has no value"); return; }
        _depth--;
        _at++;
        tokens[frame.Index] = tokens[frame.Index] with { End = _at, Next = tokens.Count };
    }

    private void Integer()
    {
        var start = _at++;
        var negative = _at < _bytes.Length && _bytes[_at] == '-';
        if (negative) _at++;
        if (!Digits((byte)'e', negative ? 1UL << 63 : long.MaxValue, out var size)) return;
        if (negative && size == 0) { Fail("an integer is spelled -0"); return; }
        Add(new BencodeToken(start, _at, tokens.Count + 1, BencodeKind.Number));
    }

    private bool String()
    {
        if (!Digits((byte)':', int.MaxValue, out var length)) return false;
        if (length > (ulong)(_bytes.Length - _at))
            return Fail($"a string claims {length} bytes where {_bytes.Length - _at} remain");
        var start = _at;
        _at += (int)length;
        return Add(new BencodeToken(start, _at, tokens.Count + 1, BencodeKind.Text));
    }

    /// <summary>Reads a decimal number without leading zeros and the byte behind it.</summary>
    private bool Digits(byte terminator, ulong largest, out ulong value)
    {
        value = 0;
        var start = _at;
        for (; _at < _bytes.Length && _bytes[_at] is >= (byte)'0' and <= (byte)'9'; _at++)
        {
            var digit = (ulong)(_bytes[_at] - '0');
            if (value > (largest - digit) / 10) return Fail("a number is too large");
            value = value * 10 + digit;
        }
        if (_at == start) return Fail("a value or a number is expected");
        if (_bytes[start] == '0' && _at > start + 1) return Fail("a number has a leading zero");
        if (_at == _bytes.Length || _bytes[_at] != terminator) return Fail($"'{(char)terminator}' is expected");
        _at++;
        return true;
    }

    private bool Add(BencodeToken token)
    {
        if (tokens.Count == limits.Values) return Fail($"it has more than {limits.Values} values");
        tokens.Add(token);
        return true;
    }

    private bool Fail(string what)
    {
        _fault ??= $"{what}, at offset {_at}";
        return false;
    }

    private struct Frame
    {
        public int Index;
        public int KeyStart;
        public int KeyEnd;
        public bool IsDictionary;
        public bool WantsKey;
        public bool HasKey;
    }
}
