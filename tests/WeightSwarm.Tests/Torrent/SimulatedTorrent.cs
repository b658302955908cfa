using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>
/// One torrent of one simulated engine: real files, real hashes, no network. Guarded by the swarm's lock.
/// </summary>
internal sealed class SimulatedTorrent
{
    private readonly TorrentSpec _spec;
    private readonly Action<TorrentEvent> _publish;
    private readonly HashSet<int> _announced = [];
    private bool _finished;

    public SimulatedTorrent(SimulatedMetainfo metainfo, TorrentSpec spec, Action<TorrentEvent> publish)
    {
        Metainfo = metainfo;
        _spec = spec;
        _publish = publish;
        Have = new bool[metainfo.Pieces];
        Priorities = spec.PiecePriorities.IsEmpty
            ? [.. Enumerable.Repeat((byte)4, metainfo.Pieces)]
            : spec.PiecePriorities.ToArray();
    }

    public SimulatedMetainfo Metainfo { get; }
    public string Key => Metainfo.Key;
    public bool ReadOnly => _spec.ReadOnly;
    public bool[] Have { get; private set; }
    public byte[] Priorities { get; set; }
    public string Error { get; private set; } = "";
    public long Downloaded { get; private set; }
    public long Uploaded { get; private set; }
    public HashSet<(int Peer, int Piece)> Refused { get; } = [];
    public List<int> Urgent { get; } = [];

    public byte[] ResumeData =>
        [.. Convert.FromHexString(Key), .. Have.Select(static here => here ? (byte)1 : (byte)0)];

    public void Start()
    {
        if (!ReadOnly)
            foreach (var file in Metainfo.Files.Where(static file => file.Length == 0))
                OpenForWriting(file).Dispose();
        var vouched = Vouched();
        if (vouched is not null && AllThere(vouched))
            Have = vouched;
        else
            HashAll();
        EndCheck();
    }

    public void Recheck()
    {
        Error = "";
        _announced.Clear();
        HashAll();
        EndCheck();
    }

    /// <summary>Pieces to ask for, first the most urgent.</summary>
    public IEnumerable<int> Missing() => ReadOnly || Error.Length > 0
        ? []
        : Enumerable.Range(0, Metainfo.Pieces).Where(piece => !Have[piece] && Priorities[piece] > 0)
            .OrderByDescending(Urgent.Contains).ThenByDescending(piece => Priorities[piece]);

    /// <summary>The bytes of a piece; null, and the torrent stops, when a file cannot be read.</summary>
    public byte[]? Serve(int piece)
    {
        var bytes = Read(piece, out var broken, out var message);
        if (broken is not null)
            Stop(broken, message);
        else
            Uploaded += Metainfo.PayloadOf(piece);
        return broken is null ? bytes : null;
    }

    public void Receive(int peer, int piece, byte[] bytes)
    {
        Downloaded += Metainfo.PayloadOf(piece);
        if (!Metainfo.IsRight(piece, bytes))
        {
            Refused.Add((peer, piece));
            _publish(new PieceFailed(Key, piece));
            return;
        }
        if (!TryWrite(piece, bytes))
            return;
        Have[piece] = true;
        if (_announced.Add(piece))
            _publish(new PieceVerified(Key, piece));
        CheckFinished();
    }

    public void CheckFinished()
    {
        var missing = Enumerable.Range(0, Metainfo.Pieces).Any(piece => !Have[piece] && Priorities[piece] > 0);
        if (!missing && !_finished)
            _publish(new TorrentFinished(Key));
        _finished = !missing;
    }

    public TorrentStatus Status(int peers)
    {
        var wanted = Enumerable.Range(0, Metainfo.Pieces).Where(piece => Priorities[piece] > 0).ToList();
        var state = Error.Length > 0 ? TorrentState.Error
            : Have.All(static here => here) ? TorrentState.Seeding
            : wanted.All(piece => Have[piece]) ? TorrentState.Finished : TorrentState.Downloading;
        return new TorrentStatus(Key, state, Error, peers, 0, 0, wanted.Sum(piece => (long)Metainfo.PayloadOf(piece)),
            wanted.Where(piece => Have[piece]).Sum(piece => (long)Metainfo.PayloadOf(piece)), Downloaded, Uploaded);
    }

    private bool[]? Vouched()
    {
        if (_spec.VerifiedPieces.Count > 0)
            return [.. _spec.VerifiedPieces];
        if (_spec.ResumeData.IsEmpty)
            return null;
        var key = Convert.FromHexString(Key);
        var resume = _spec.ResumeData.Span;
        if (resume.Length != key.Length + Metainfo.Pieces || !resume.StartsWith(key))
            throw new TorrentEngineException($"The resume data belong to another torrent than {Key}.");
        return [.. resume[key.Length..].ToArray().Select(static here => here != 0)];
    }

    private bool AllThere(bool[] pieces) => Enumerable.Range(0, Metainfo.Pieces).Where(piece => pieces[piece])
        .SelectMany(Metainfo.PartsOf).Where(static part => !part.File.Pad)
        .All(part => new FileInfo(PathOf(part.File)) is { Exists: true } file
            && file.Length >= part.Offset + part.Length);

    private void HashAll()
    {
        for (var piece = 0; piece < Metainfo.Pieces; piece++)
        {
            var bytes = Read(piece, out var broken, out _);
            Have[piece] = broken is null && Metainfo.IsRight(piece, bytes);
        }
    }

    private void EndCheck()
    {
        for (var piece = 0; piece < Metainfo.Pieces; piece++)
            if (Have[piece] && _announced.Add(piece))
                _publish(new PieceVerified(Key, piece));
        _publish(new TorrentChecked(Key));
        _finished = false;
        CheckFinished();
    }

    private byte[] Read(int piece, out string? broken, out string message)
    {
        var bytes = new List<byte>();
        (broken, message) = (null, "");
        foreach (var (file, offset, length) in Metainfo.PartsOf(piece))
        {
            var part = new byte[length];
            try
            {
                if (!file.Pad)
                    ReadPart(file, offset, part);
            }
            catch (IOException error)
            {
                (broken, message) = (PathOf(file), error.Message);
            }
            bytes.AddRange(part);
        }
        return [.. bytes];
    }

    private void ReadPart(SimulatedFile file, long offset, byte[] part)
    {
        using var open = File.OpenRead(PathOf(file));
        open.Position = offset;
        open.ReadExactly(part);
    }

    private bool TryWrite(int piece, byte[] bytes)
    {
        var at = 0;
        foreach (var (file, offset, length) in Metainfo.PartsOf(piece))
        {
            at += length;
            if (file.Pad)
                continue;
            try
            {
                using var open = OpenForWriting(file);
                open.SetLength(file.Length);
                open.Position = offset;
                open.Write(bytes, at - length, length);
            }
            catch (IOException error)
            {
                Stop(PathOf(file), error.Message);
                return false;
            }
        }
        return true;
    }

    private FileStream OpenForWriting(SimulatedFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        return File.OpenWrite(PathOf(file));
    }

    private void Stop(string file, string message)
    {
        Error = $"{file}: {message}";
        _publish(new TorrentFileError(Key, file, message, NoSpace: false));
    }

    private string PathOf(SimulatedFile file) => Path.Combine(_spec.SaveFolder, file.Path);
}
