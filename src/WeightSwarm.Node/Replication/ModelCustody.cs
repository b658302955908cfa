using System.Collections.Immutable;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>One model in the engine: which pieces are here, which slices are held, fetched, or being secured on
/// disk.</summary>
internal sealed class ModelCustody(ModelContent content, LocalModelKey key, Guid? donation, SliceSet held)
{
    private readonly bool[] _have = PiecesOf(content.Entry, held.Slices);

    public ModelContent Content => content;
    public Entry Entry => content.Entry;
    public LocalModelKey LocalKey => key;

    /// <summary>The donation that the files lie in; null for the owner's own files.</summary>
    public Guid? Donation => donation;
    public bool InPlace => donation is null;

    /// <summary>The folder in which the torrent's own folder lies.</summary>
    public required string SaveFolder { get; init; }

    /// <summary>The owner's files as they were hashed; empty for a donation.</summary>
    public ImmutableArray<FileStamp> Files { get; init; } = [];

    /// <summary>
    /// Nothing is vouched for: the engine reads and hashes what lies in the folder, and what it finds is secured.
    /// </summary>
    public bool ChecksFirst { get; init; }

    /// <summary>A file error stopped the torrent in the engine; it has to be opened anew before it fetches
    /// again.</summary>
    public bool Stopped { get; set; }

    /// <summary>The engine's name for the torrent.</summary>
    public string Key { get; set; } = "";

    /// <summary>Which of this daemon's additions to the engine it is; events of earlier ones are too late.</summary>
    public long Addition { get; set; }

    /// <summary>The engine's name for the version 1 twin; empty while there is none.</summary>
    public string TwinKey { get; set; } = "";

    /// <summary>The slices that the twin serves.</summary>
    public SliceSet TwinHeld { get; set; } = SliceSet.Empty;

    /// <summary>The model's origin in the engine; null until it is looked at.</summary>
    public OriginLink? Origin { get; set; }

    public SliceSet Held { get; set; } = held;

    /// <summary>Slices that were held, and that are to be read before any of them is fetched again.</summary>
    public SliceSet Doubted { get; set; } = SliceSet.Empty;

    /// <summary>Slices that were held, of which only the bad pieces are fetched.</summary>
    public SliceSet Mending { get; set; } = SliceSet.Empty;

    /// <summary>Pieces that were found bad on the disk, and have not been fetched since.</summary>
    public SortedSet<int> Bad { get; } = [];

    /// <summary>Slices that were given up and whose bytes still lie where they lay; served, and not advertised as
    /// held.</summary>
    public SliceSet Trash { get; set; } = SliceSet.Empty;

    /// <summary>The disk refused to delete; it is not asked again before this time (monotonic, ms).</summary>
    public long EraseNotBeforeMs { get; set; } = long.MinValue;

    /// <summary>Slices of which an earlier run may have left pieces: they are read before they are fetched.</summary>
    public SliceSet Unread { get; set; } = SliceSet.Empty;

    /// <summary>Slices that the plan wants and that are being read, or wait for it: nothing of them is asked for
    /// yet.</summary>
    public SortedSet<int> Looking { get; } = [];

    /// <summary>Slices that the plan wants and whose pieces are not all here.</summary>
    public SortedSet<int> Fetching { get; } = [];

    /// <summary>Room promised to slices that are being fetched or secured.</summary>
    public SortedDictionary<int, SpaceReservation> Reserved { get; } = [];

    /// <summary>Slices whose pieces are all here and are being brought to disk for good.</summary>
    public SortedSet<int> Securing { get; } = [];

    public void Arrived(int piece) => _have[piece] = true;

    /// <summary>What the engine has found in the folder, all of it.</summary>
    public void Found(bool[] pieces)
    {
        pieces.CopyTo(_have, 0);
        Bad.RemoveWhere(piece => pieces[piece]);
    }

    /// <summary>What is not part of a held slice no longer counts as here.</summary>
    public void KeepOnlyHeld() => PiecesOf(Entry, Held.Slices).CopyTo(_have, 0);

    /// <summary>A piece that was here is not right on the disk any more.</summary>
    public void LostFromDisk(int piece)
    {
        _have[piece] = false;
        Bad.Add(piece);
    }

    /// <summary>A slice was read from the disk: all its pieces are right but the bad ones.</summary>
    public void ReadRight(int slice, IEnumerable<int> bad)
    {
        var (first, count) = Entry.PiecesOf(slice);
        _have.AsSpan(first, count).Fill(true);
        foreach (var piece in bad) _have[piece] = false;
    }

    /// <summary>Every piece that was verified and lies in the files now, of whole slices or not.</summary>
    public bool[] PiecesHere()
    {
        var pieces = PiecesOf(Entry, Trash.Slices);
        for (var piece = 0; piece < pieces.Length; piece++) pieces[piece] |= _have[piece];
        return pieces;
    }

    /// <summary>Whether the engine knows of exactly the pieces of a slice that are here.</summary>
    public bool AgreesWith(bool[] pieces, int slice)
    {
        var (first, count) = Entry.PiecesOf(slice);
        return pieces.AsSpan(first, count).SequenceEqual(_have.AsSpan(first, count));
    }

    /// <summary>Every slice whose pieces are all here, held or not.</summary>
    public IEnumerable<int> CompleteSlices() => Enumerable.Range(0, Entry.Slices).Where(slice => Percent(slice) == 100);

    public void Lost(int piece) => _have[piece] = false;

    /// <summary>The pieces of these slices are gone.</summary>
    public void Forget(SliceSet slices)
    {
        foreach (var slice in slices.Slices)
        {
            var (first, count) = Entry.PiecesOf(slice);
            _have.AsSpan(first, count).Clear();
        }
    }

    /// <summary>Percent of a slice's pieces that are here.</summary>
    public int Percent(int slice)
    {
        var (first, count) = Entry.PiecesOf(slice);
        return _have.AsSpan(first, count).Count(true) * 100 / count;
    }

    /// <summary>The parts of a slice that are here.</summary>
    public PartMap Parts(int slice)
    {
        var (first, count) = Entry.PiecesOf(slice);
        return PartMap.Of(_have.AsSpan(first, count));
    }

    /// <summary>Whether a piece is here; may be asked from any thread.</summary>
    public bool HasPiece(int piece) => piece >= 0 && piece < _have.Length && Volatile.Read(ref _have[piece]);

    /// <summary>One byte per piece for the engine: fetch what is wanted, serve what is held, ask for nothing
    /// else.</summary>
    public byte[] Priorities()
    {
        var priorities = new byte[Entry.Pieces];
        foreach (var slice in Held.Slices.Concat(Fetching.Except(Looking)).Concat(Securing))
        {
            var (first, count) = Entry.PiecesOf(slice);
            priorities.AsSpan(first, count).Fill(1);
        }
        return priorities;
    }

    /// <summary>The pieces that this node vouches for: those of its verified slices, and of the trash.</summary>
    public bool[] VerifiedPieces() => ChecksFirst ? [] : PiecesOf(Entry, Held.Slices.Concat(Trash.Slices));

    private static bool[] PiecesOf(Entry entry, IEnumerable<int> slices)
    {
        var pieces = new bool[entry.Pieces];
        foreach (var slice in slices)
        {
            var (first, count) = entry.PiecesOf(slice);
            pieces.AsSpan(first, count).Fill(true);
        }
        return pieces;
    }
}
