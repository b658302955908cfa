using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Scrub;

public sealed class SliceReadingTests : IDisposable
{
    private const int Piece = ScrubbedModel.Piece;

    private readonly TempFolder _folder = new();
    private readonly FaultyReader _reader = new(new DiskReader());
    private readonly HeldModel _model;

    public SliceReadingTests()
    {
        ScrubbedModel.Write(_folder.Root);
        _model = ScrubbedModel.At(_folder.Root, Guid.NewGuid());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Next_IntactFiles_FindsNothing_AndReadsEveryByteOnce()
    {
        Assert.Empty(ReadAll());
        Assert.Equal(ScrubbedModel.Pieces, _reader.Reads.Count);
        Assert.Equal(ScrubbedModel.Pieces, _reader.Reads.Distinct().Count());
    }

    [Fact]
    public void Next_AFlippedBit_FindsThatPieceAlone()
    {
        Change("a", bytes => bytes[2 * Piece + 17] ^= 4);
        Change("d/c", bytes => bytes[99] ^= 1);
        Assert.Equal([(2, PieceFault.Wrong), (7, PieceFault.Wrong)], ReadAll());
    }

    [Fact]
    public void Next_AHole_IsToldFromOtherBytes()
    {
        Change("a", bytes => bytes.AsSpan(Piece, 2 * Piece).Clear());
        Assert.Equal([(1, PieceFault.Hole), (2, PieceFault.Hole)], ReadAll());
    }

    [Fact]
    public void Next_ACutFile_LosesThePiecesBehindTheCut()
    {
        Cut("a", 3 * Piece + 1);
        Cut("b", Piece);
        Assert.Equal([(3, PieceFault.Cut), (4, PieceFault.Cut), (6, PieceFault.Cut)], ReadAll());
    }

    [Fact]
    public void Next_AFileThatHasGrown_IsStillRight()
    {
        File.AppendAllText(_folder.At("b"), "more");
        Assert.Empty(ReadAll());
    }

    [Fact]
    public void Next_AMissingFile_LosesItsPieces()
    {
        File.Delete(_folder.At("b"));
        Directory.Delete(_folder.At("d"), recursive: true);
        Assert.Equal(
            [(5, PieceFault.Missing), (6, PieceFault.Missing), (7, PieceFault.Missing)], ReadAll());
    }

    [Fact]
    public void Next_ALinkOrAFolderInPlaceOfAFile_IsNoFile()
    {
        File.Move(_folder.At("b"), _folder.At("aside"));
        File.CreateSymbolicLink(_folder.At("b"), _folder.At("aside"));
        File.Delete(_folder.At("d", "c"));
        Directory.CreateDirectory(_folder.At("d", "c"));
        Assert.Equal(
            [(5, PieceFault.NotAFile), (6, PieceFault.NotAFile), (7, PieceFault.NotAFile)], ReadAll());
    }

    [Fact]
    public void Next_ALinkAmongAnOwnersFiles_IsFollowed()
    {
        File.Move(_folder.At("b"), _folder.At("aside"));
        File.CreateSymbolicLink(_folder.At("b"), _folder.At("aside"));
        Assert.Empty(ReadAll(_model with { Donation = null }));
    }

    [Fact]
    public void Next_AReadThatFails_IsUnreadable_AndTheRestIsRead()
    {
        _reader.Fault = (path, offset) => path.EndsWith("/a", StringComparison.Ordinal) && offset == Piece
            ? new IOException("Input/output error", FaultyReader.InputOutput) : null;
        Assert.Equal([(1, PieceFault.Unreadable)], ReadAll());
    }

    [Fact]
    public void Next_AFileThatMayNotBeRead_IsRefused_AndNotTheDisksFault()
    {
        _reader.Fault = (path, _) => path.EndsWith("/d/c", StringComparison.Ordinal)
            ? new UnauthorizedAccessException("Access to the path is denied.") : null;
        Assert.Equal([(7, PieceFault.Refused)], ReadAll());
    }

    [Fact]
    public void Next_BytesThatAreRightTheSecondTime_AreRight()
    {
        _reader.SpoiltReads = 1;
        Assert.Empty(ReadAll());
        Assert.Equal(ScrubbedModel.Pieces + 1, _reader.Reads.Count);
    }

    [Fact]
    public void From_ACursor_GoesOnThere()
    {
        var reading = SliceReading.From(_model, 0, new ScrubCursor(_model.Key, 0, 3, 77), _reader, nowMs: 99);
        Assert.Equal((3, 77L), (reading.Piece, reading.StartedMs));
        var other = SliceReading.From(_model, 1, new ScrubCursor(_model.Key, 1, 9, 77), _reader, nowMs: 99);
        Assert.Equal((4, 99L), (other.Piece, other.StartedMs));
    }

    [Fact]
    public void Absent_LooksAtSizesAlone()
    {
        Change("a", bytes => bytes[0] ^= 1);
        Cut("a", 4 * Piece);
        File.Delete(_folder.At("b"));
        var found = FileLook.Absent(_model, _reader);
        Assert.Equal([1], found.Select(finding => finding.Slice));
        Assert.Equal([4, 5, 6], found[0].Bad.Select(bad => bad.Piece));
        Assert.False(found[0].IsWhole);
        Assert.Empty(_reader.Reads);
    }

    private List<(int, PieceFault)> ReadAll(HeldModel? model = null)
    {
        var found = new List<(int, PieceFault)>();
        foreach (var slice in Enumerable.Range(0, ScrubbedModel.Slices))
        {
            var reading = SliceReading.From(model ?? _model, slice, cursor: null, _reader, nowMs: 1);
            while (!reading.IsDone) reading.Next();
            Assert.True(reading.Finding.IsWhole);
            found.AddRange(reading.Finding.Bad.Select(bad => (bad.Piece, bad.Fault)));
        }
        return found;
    }

    private void Change(string file, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(_folder.At(file));
        change(bytes);
        File.WriteAllBytes(_folder.At(file), bytes);
    }

    private void Cut(string file, long bytes)
    {
        using var stream = File.OpenWrite(_folder.At(file));
        stream.SetLength(bytes);
    }
}
