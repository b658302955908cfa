using WeightSwarm.Core;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly NodeStore _store;

    public ContentStoreTests() => _store = StoreFiles.Open(_folder);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Put_Bytes_AreReadBackByHash()
    {
        var hash = _store.Content.Put("manifest"u8);
        Assert.Equal(Hash256.Of("manifest"u8), hash);
        Assert.Equal(hash, _store.Content.Put("manifest"u8));
        var read = _store.Content.Read(hash);
        Assert.Equal(ContentOutcome.Found, read.Outcome);
        Assert.Equal("manifest"u8.ToArray(), read.Bytes);
        Assert.Equal(8, _store.Content.SizeOf(hash));
        Assert.Equal([hash], _store.Content.List());
        Assert.True(File.Exists(_folder.At("content", $"{hash}"[..2], $"{hash}")));
    }

    [Fact]
    public void Put_Empty_IsContentToo()
    {
        var hash = _store.Content.Put([]);
        Assert.Equal(ContentOutcome.Found, _store.Content.Read(hash).Outcome);
    }

    [Fact]
    public void Read_UnknownHash_IsAbsent()
    {
        var read = _store.Content.Read(Hash256.Of("never stored"u8));
        Assert.Equal((ContentOutcome.Absent, null), (read.Outcome, read.Bytes));
        Assert.Null(_store.Content.SizeOf(Hash256.Of("never stored"u8)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void Read_FlippedBit_IsQuarantinedThenAbsentThenStorableAgain(int at)
    {
        var hash = _store.Content.Put("0123456789abcdef"u8);
        var path = _folder.At("content", $"{hash}"[..2], $"{hash}");
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);

        var read = _store.Content.Read(hash);

        Assert.Equal((ContentOutcome.Quarantined, null), (read.Outcome, read.Bytes));
        Assert.Contains(path, read.Detail, StringComparison.Ordinal);
        var aside = Assert.Single(Directory.GetFiles(_folder.At("quarantine")));
        Assert.Equal(bytes, File.ReadAllBytes(aside));
        Assert.Equal(ContentOutcome.Absent, _store.Content.Read(hash).Outcome);
        _store.Content.Put("0123456789abcdef"u8);
        Assert.Equal(ContentOutcome.Found, _store.Content.Read(hash).Outcome);
    }

    [Fact]
    public void Put_OverDamagedContent_RepairsIt()
    {
        var hash = _store.Content.Put("good"u8);
        File.WriteAllText(_folder.At("content", $"{hash}"[..2], $"{hash}"), "bad!");
        _store.Content.Put("good"u8);
        Assert.Equal(ContentOutcome.Found, _store.Content.Read(hash).Outcome);
        Assert.Single(Directory.GetFiles(_folder.At("quarantine")));
    }

    [Fact]
    public void Read_FolderInTheFilesPlace_IsUnreadableAndStays()
    {
        var hash = Hash256.Of("x"u8);
        Directory.CreateDirectory(_folder.At("content", $"{hash}"[..2], $"{hash}"));
        var read = _store.Content.Read(hash);
        Assert.Equal(ContentOutcome.Unreadable, read.Outcome);
        Assert.NotEmpty(read.Detail);
        Assert.True(Directory.Exists(_folder.At("content", $"{hash}"[..2], $"{hash}")));
    }

    [Fact]
    public void Remove_Content_IsGone()
    {
        var hash = _store.Content.Put("x"u8);
        _store.Content.Remove(hash);
        _store.Content.Remove(hash);
        Assert.Equal(ContentOutcome.Absent, _store.Content.Read(hash).Outcome);
        Assert.Empty(_store.Content.List());
    }

    [Fact]
    public void Open_LeftoverOfACrashedWrite_IsRemovedAndNeverListed()
    {
        var hash = _store.Content.Put("x"u8);
        var left = _folder.At("content", $"{hash}"[..2], $".{Hash256.Of("y"u8)}.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(left, "half a file");
        Assert.Equal([hash], _store.Content.List());
        _store.Dispose();

        using var again = StoreFiles.Open(_folder);

        Assert.False(File.Exists(left));
        Assert.Equal([hash], again.Content.List());
    }
}
