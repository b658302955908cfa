using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>One slice of one model, by name.</summary>
internal readonly record struct SliceName(string Model, int Slice) : IComparable<SliceName>
{
    public int CompareTo(SliceName other)
    {
        var models = string.CompareOrdinal(Model, other.Model);
        return models != 0 ? models : Slice.CompareTo(other.Slice);
    }

    public override string ToString() => $"{Model}/{Slice}";
}

/// <summary>A model whose right bytes are known, because they lie in a folder that nothing damages.</summary>
internal sealed class CrashModel
{
    private readonly string _folder;
    private readonly Metainfo _metainfo;
    private readonly int _piecesPerSlice;

    private CrashModel(string name, string folder, Metainfo metainfo, int piecesPerSlice) =>
        (Name, _folder, _metainfo, _piecesPerSlice) = (name, folder, metainfo, piecesPerSlice);

    public string Name { get; }
    public Hash256 Id => _metainfo.InfoHashV2;
    public int Slices => (_metainfo.Pieces + _piecesPerSlice - 1) / _piecesPerSlice;
    public long PieceLength => _metainfo.PieceLength;
    public IEnumerable<SliceName> All => Enumerable.Range(0, Slices).Select(slice => new SliceName(Name, slice));

    /// <summary>Adds a folder on a node, and reads the .torrent that it made.</summary>
    public static async Task<CrashModel> AddAsync(DaemonProcess node, string folder, string name)
    {
        var added = await node.AskAsync("add", folder, "--name", name, "--licence", "MIT");
        var info = added.GetProperty("model");
        Assert.True(Hash256.TryParseHex(info.GetProperty("info_hash_v2").GetString()!, out var id));
        var metainfo = Directory.EnumerateFiles(Path.Combine(node.State, "content"), "*", SearchOption.AllDirectories)
            .Select(path => Metainfo.Parse(File.ReadAllBytes(path)).Metainfo).First(found => found?.InfoHashV2 == id);
        var model = new CrashModel(name, folder, metainfo!, info.GetProperty("pieces_per_slice").GetInt32());
        Assert.Equal(info.GetProperty("slices").GetInt32(), model.Slices);
        return model;
    }

    /// <summary>File bytes of one slice.</summary>
    public long BytesOf(int slice) => PiecesOf(slice).Sum(_metainfo.PieceBytes);

    /// <summary>Bytes of those of a slice's pieces that are right in the save folder.</summary>
    public long RightBytes(string saveFolder, int slice) =>
        PiecesOf(slice).Where(piece => IsRight(saveFolder, piece)).Sum(_metainfo.PieceBytes);

    /// <summary>Whether every byte of a slice is right in the save folder.</summary>
    public bool IsSliceRight(string saveFolder, int slice) =>
        PiecesOf(slice).All(piece => IsRight(saveFolder, piece));

    /// <summary>Changes one bit of a random piece of a slice.</summary>
    public void Flip(string saveFolder, int slice, Random random)
    {
        var pieces = PiecesOf(slice).ToList();
        var piece = pieces[random.Next(pieces.Count)];
        var (path, at, bytes) = Where(piece);
        Damage.Flip(Path.Combine(saveFolder, _metainfo.Name, path), at + random.Next(bytes));
    }

    /// <summary>The slices of which a node says that a node holds them.</summary>
    /// <param name="asked">Whose word it is.</param>
    /// <param name="holder">Of whom it is said.</param>
    /// <param name="claims">Those that the holder only fetches, instead.</param>
    public async Task<IEnumerable<SliceName>> HeldAsync(
        DaemonProcess asked, DaemonProcess holder, bool claims = false) =>
        (await HeldSlices.OfAsync(asked, Name, holder, claims)).Select(slice => new SliceName(Name, slice));

    private IEnumerable<int> PiecesOf(int slice) => Enumerable.Range(
        slice * _piecesPerSlice, Math.Min(_piecesPerSlice, _metainfo.Pieces - slice * _piecesPerSlice));

    private (string Path, long At, int Bytes) Where(int piece)
    {
        var file = _metainfo.Files[_metainfo.FileOf(piece)];
        return (file.Path, (piece - file.FirstPiece) * _metainfo.PieceLength, (int)_metainfo.PieceBytes(piece));
    }

    private bool IsRight(string saveFolder, int piece)
    {
        var (path, at, bytes) = Where(piece);
        var found = Read(Path.Combine(saveFolder, _metainfo.Name, path), at, bytes);
        return found is not null && found.AsSpan().SequenceEqual(Read(Path.Combine(_folder, path), at, bytes));
    }

    private static byte[]? Read(string path, long at, int bytes)
    {
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < at + bytes) return null;
        var block = new byte[bytes];
        file.Position = at;
        file.ReadExactly(block);
        return block;
    }
}
