using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class FileFactsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_SparseFile_TakesItsBlocksAndNotItsSize()
    {
        using (var file = File.Create(_folder.At("sparse")))
        {
            file.SetLength(64 << 20);
            file.Write(new byte[4096]);
        }
        var facts = FileFacts.Of(_folder.At("sparse"))!;
        Assert.Equal(64 << 20, facts.Bytes);
        Assert.InRange(facts.BlockBytes, 4096, 1 << 20);
    }

    [Fact]
    public void Of_File_AgreesWithTheFrameworkAndTheNanosecond()
    {
        File.WriteAllText(_folder.At("f"), "hello");
        File.SetLastWriteTimeUtc(_folder.At("f"), DateTime.UnixEpoch.AddTicks(17_000_000_001_234_567));
        var facts = FileFacts.Of(_folder.At("f"))!;
        Assert.Equal(FileKind.File, facts.Kind);
        Assert.Equal(5, facts.Bytes);
        Assert.Equal(1_700_000_000_123_456_700, facts.ModifiedNs);
        Assert.Equal(1, facts.Links);
        Assert.Equal(FileFacts.Of(_folder.Root)!.Device, facts.Device);
        Assert.NotEqual(FileFacts.Of(_folder.Root)!.Inode, facts.Inode);
    }

    [Fact]
    public void Of_OtherThings_TellsThemApart()
    {
        File.CreateSymbolicLink(_folder.At("link"), "/nowhere");
        Assert.Equal(FileKind.Link, FileFacts.Of(_folder.At("link"))!.Kind);
        Assert.Equal(FileKind.Folder, FileFacts.Of(_folder.Root)!.Kind);
        Assert.Equal(FileKind.Other, FileFacts.Of("/dev/null")!.Kind);
        Assert.Null(FileFacts.Of(_folder.At("missing")));
        File.WriteAllText(_folder.At("file"), "");
        Assert.Null(FileFacts.Of(_folder.At("file", "below a file")));
    }
}
