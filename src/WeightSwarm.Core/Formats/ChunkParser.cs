namespace WeightSwarm.Core.Formats;

/// <summary>
/// A parser that is fed a file in chunks of any size, from the front, and keeps only what it has not understood yet.
/// Its owner reads at <see cref="Offset"/>, which may lie ahead of what was fed: a parser skips what it does not need.
/// Whatever the bytes are, it ends with a result or a <see cref="Fault"/>, and never throws.
/// </summary>
/// <param name="file">Relative path, for faults.</param>
/// <param name="mostKept">The largest single item in bytes; the memory that it may take is twice that.</param>
/// <param name="start">Where it starts in the file.</param>
public abstract class ChunkParser(string file, int mostKept, long start = 0)
{
    private byte[] _kept = [];
    private int _keptCount;
    private int _retryAt;
    private long _skip;

    /// <summary>Relative path.</summary>
    public string File => file;
    /// <summary>What is wrong, or null.</summary>
    public Fault? Fault { get; private set; }
    /// <summary>Nothing more is to be fed: all is known, or there is a fault.</summary>
    public bool IsDone { get; private set; }
    /// <summary>Where the next byte to be fed lies in the file.</summary>
    public long Offset => Position + _keptCount;

    /// <summary>Where the window of <see cref="Consume"/> begins in the file.</summary>
    protected long Position { get; private set; } = start;

    /// <summary>Takes the bytes at <see cref="Offset"/>. Nothing happens once it is done.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (IsDone || bytes.IsEmpty) return;
        if (_keptCount == 0)
        {
            var taken = Run(bytes, isLast: false);
            if (!IsDone) Keep(bytes[taken..]);
            return;
        }
        Keep(bytes);
        // An item that did not fit is tried again only once there is twice as much of it: no quadratic work.
        if (_keptCount >= _retryAt || _keptCount > mostKept) RunKept(isLast: false);
    }

    /// <summary>Says that the file ends at <see cref="Offset"/>.</summary>
    public void End()
    {
        if (!IsDone) RunKept(isLast: true);
        if (!IsDone) Ended();
        IsDone = true;
        _kept = [];
    }

    /// <summary>
    /// Takes what it can from the front of the window and answers how many bytes that is; 0 asks for more.
    /// </summary>
    protected abstract int Consume(ReadOnlySpan<byte> window, bool isLast);

    /// <summary>The file ended before <see cref="Done"/>. By default that is a fault.</summary>
    protected virtual void Ended() => Fail(Offset, "the file ends within its header");

    /// <summary>Drops bytes that follow what the current <see cref="Consume"/> takes, seen or not.</summary>
    protected void Skip(long bytes) => _skip = bytes;

    /// <summary>All is known.</summary>
    protected void Done() => IsDone = true;

    /// <summary>Ends with a fault.</summary>
    protected void Fail(long offset, string what)
    {
        if (IsDone) return;
        Fault = new Fault(file, offset, what);
        IsDone = true;
    }

    private void RunKept(bool isLast)
    {
        var taken = Run(_kept.AsSpan(0, _keptCount), isLast);
        if (IsDone) return;
        _kept.AsSpan(taken, _keptCount - taken).CopyTo(_kept);
        _keptCount -= taken;
        Grown();
    }

    private int Run(ReadOnlySpan<byte> window, bool isLast)
    {
        var taken = 0;
        while (!IsDone)
        {
            var consumed = Consume(window[taken..], isLast);
            taken += consumed;
            Position += consumed;
            if (consumed == 0 && _skip == 0) break;
            var seen = (int)Math.Min(_skip, window.Length - taken);
            taken += seen;
            Position += _skip;
            _skip = 0;
        }
        return taken;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (_keptCount + bytes.Length > _kept.Length)
            Array.Resize(ref _kept, Math.Max(_keptCount + bytes.Length, 2 * _kept.Length));
        bytes.CopyTo(_kept.AsSpan(_keptCount));
        _keptCount += bytes.Length;
        if (_retryAt == 0) Grown();
    }

    private void Grown()
    {
        _retryAt = _keptCount == 0 ? 0 : 2 * _keptCount;
        if (_keptCount > mostKept) Fail(Position, $"one value is longer than {mostKept} bytes");
    }
}
