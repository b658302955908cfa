using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Core.Auditing;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Replication;

/// <summary>Deletion is the one thing that cannot be undone: nothing but what was named may change.</summary>
public sealed class SliceEraserTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly AuditedModel _model = new();

    public void Dispose() => _folder.Dispose();

    private ModelContent Content => new(_model.Entry, _model.Manifest, _model.Metainfo);

    private string PathOf(int file) => Path.Combine(Root, _model.Metainfo.Name, _model.Metainfo.Files[file].Path);

    private string Root => _folder.At("save");

    private void WriteAll()
    {
        Directory.CreateDirectory(Path.Combine(Root, _model.Metainfo.Name));
        for (var file = 0; file < _model.Metainfo.Files.Length; file++)
            File.WriteAllBytes(PathOf(file), _model.ContentOf(file));
    }

    private void AssertWhole(int slice)
    {
        var (first, count) = _model.Entry.PiecesOf(slice);
        for (var piece = first; piece < first + count; piece++)
        {
            var index = _model.Metainfo.FileOf(piece);
            var at = (int)((piece - _model.Metainfo.Files[index].FirstPiece) * _model.Metainfo.PieceLength);
            var bytes = (int)_model.Metainfo.PieceBytes(piece);
            Assert.True(
                File.ReadAllBytes(PathOf(index)).AsSpan(at, bytes).SequenceEqual(
                    _model.ContentOf(index).Slice(at, bytes)), $"piece {piece} of slice {slice} has changed");
        }
    }

    [Fact]
    public void Erase_AnySlices_LeavesTheOthersWhole()
    {
        const ulong seed = 11;
        var random = new SplitMix64(seed);
        for (var round = 0; round < 60; round++)
        {
            WriteAll();
            var gone = SliceSet.Of(Enumerable.Range(0, _model.Entry.Slices).Where(_ => random.Below(2) == 0));
            var kept = SliceSet.Of(Enumerable.Range(0, _model.Entry.Slices).Except(gone.Slices));
            Assert.Equal(0, SliceEraser.Erase(Content, Root, gone, kept));
            foreach (var slice in kept.Slices) AssertWhole(slice);
        }
    }

    [Fact]
    public void Erase_OneSliceOfALargeFile_GivesItsBlocksBack()
    {
        WriteAll();
        const int large = 6;
        var before = FileFacts.Of(PathOf(large))!;
        var file = _model.Metainfo.Files[large];
        var own = Enumerable.Range(file.FirstPiece, file.Pieces).Select(_model.Entry.SliceOf).Distinct().ToList();
        Assert.True(own.Count > 1);
        SliceEraser.Erase(
            Content, Root, SliceSet.Of([own[1]]), SliceSet.Of(own.Where(s => s != own[1])));
        var after = FileFacts.Of(PathOf(large))!;
        Assert.Equal(before.Bytes, after.Bytes);
        Assert.True(after.BlockBytes <= before.BlockBytes - AuditedModel.PieceBytes,
            $"{before.BlockBytes} bytes before, {after.BlockBytes} after");
    }

    [Fact]
    public void Erase_FileOfWhichNothingIsKept_IsDeleted()
    {
        WriteAll();
        var all = SliceSet.All(_model.Entry.Slices);
        SliceEraser.Erase(Content, Root, all, SliceSet.Empty);
        Assert.All(_model.Metainfo.Files.Where(f => f.Pieces > 0), f =>
            Assert.False(File.Exists(Path.Combine(Root, _model.Metainfo.Name, f.Path))));
    }

    [Fact]
    public void Erase_SliceThatIsAlsoKept_IsNotTouched()
    {
        WriteAll();
        var all = SliceSet.All(_model.Entry.Slices);
        SliceEraser.Erase(Content, Root, all, all);
        foreach (var slice in all.Slices) AssertWhole(slice);
    }

    [Fact]
    public void EraseAll_LeavesNothingOfItsOwnAndEverythingElse()
    {
        WriteAll();
        File.WriteAllText(Path.Combine(Root, ".abc.parts"), "parts");
        Assert.True(SliceEraser.EraseAll(Content, Root));
        Assert.False(Directory.Exists(Root));

        WriteAll();
        var foreign = Path.Combine(Root, _model.Metainfo.Name, "a letter.txt");
        File.WriteAllText(foreign, "mine");
        Assert.False(SliceEraser.EraseAll(Content, Root));
        Assert.Equal([foreign], Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories));
        Assert.True(SliceEraser.EraseAll(Content, _folder.At("never there")));
    }
}
