namespace WeightSwarm.Torrent.Engine;

/// <summary>What the engine knows of one torrent beside what libtorrent knows.</summary>
internal sealed class EngineTorrent
{
    private readonly Lock _lock = new();
    private readonly bool[] _announced;
    private volatile bool _leaving;
    private bool _checking = true;
    private bool _finishedWhileChecking;
    private string _error = "";

    public EngineTorrent(ulong tag, string key, int pieces, TorrentSpec spec)
    {
        Tag = tag;
        Key = key;
        ReadOnly = spec.ReadOnly;
        Addition = spec.Addition;
        _announced = new bool[pieces];
    }

    public ulong Tag { get; }
    public string Key { get; }
    public bool ReadOnly { get; }
    public long Addition { get; }
    public int Pieces => _announced.Length;

    public FlushLine Flushes { get; } = new();
    public ReplyLine<byte[]> ResumeData { get; } = new();
    public TaskCompletionSource Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Somebody removes it: calls on it may be refused, and that means nothing.</summary>
    public bool Leaving => _leaving;

    /// <summary>Why it stopped; empty while it did not.</summary>
    public string Error
    {
        get
        {
            lock (_lock)
                return _error;
        }
    }

    /// <summary>It is about to be removed.</summary>
    public void Leave() => _leaving = true;

    /// <summary>All pieces are to be verified anew: what was announced no longer counts.</summary>
    public void BeginCheck()
    {
        lock (_lock)
        {
            _checking = true;
            _finishedWhileChecking = false;
            _error = "";
            Array.Clear(_announced);
        }
    }

    /// <summary>The check is over: the pieces to announce, and whether finishing was held back until now.</summary>
    public (List<int> Pieces, bool Finished) EndCheck(bool[] have)
    {
        lock (_lock)
        {
            _checking = false;
            return (TakeNew(have), _finishedWhileChecking);
        }
    }

    /// <summary>True when the piece is to be announced now. During a check its end announces.</summary>
    public bool Announce(int piece)
    {
        lock (_lock)
        {
            if (_checking || _announced[piece])
                return false;
            return _announced[piece] = true;
        }
    }

    /// <summary>Pieces that are here and were not announced, after alerts were lost.</summary>
    public List<int> CatchUp(bool[] have)
    {
        lock (_lock)
            return _checking ? [] : TakeNew(have);
    }

    /// <summary>True when finishing is to be announced now.</summary>
    public bool Finish()
    {
        lock (_lock)
        {
            _finishedWhileChecking |= _checking;
            return !_checking;
        }
    }

    /// <summary>The torrent stopped. True for the first report of it.</summary>
    public bool Stop(string error)
    {
        lock (_lock)
        {
            var first = _error.Length == 0;
            _error = error;
            return first;
        }
    }

    /// <summary>Nobody waits any longer.</summary>
    public void Fail(Exception error)
    {
        Flushes.Fail(error);
        ResumeData.Fail(error);
    }

    private List<int> TakeNew(bool[] have)
    {
        var found = new List<int>();
        for (var piece = 0; piece < have.Length; piece++)
        {
            if (!have[piece] || _announced[piece])
                continue;
            _announced[piece] = true;
            found.Add(piece);
        }
        return found;
    }
}
