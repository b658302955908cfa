using WeightSwarm.Core;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class IngestStoreTests : IDisposable
{
    private const long DayMs = 86_400_000;

    private static readonly IngestKey Key = new("org--model", 1 << 20, Padded: true);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_AfterReopening_GivesWhatWasKept()
    {
        using (var store = StoreFiles.Open(_folder)) store.Ingest.Keep(Key, [File("/m/b", 2), File("/m/a", 1)]);
        using var again = StoreFiles.Open(_folder);
        Assert.Equal(["/m/a", "/m/b"], again.Ingest.Load(Key).Select(file => file.Path));
        Assert.Equivalent(File("/m/a", 1), again.Ingest.Load(Key)[0], strict: true);
    }

    [Fact]
    public void Load_OfAnotherTorrentOrPieceLength_GivesNothing()
    {
        using var store = StoreFiles.Open(_folder);
        store.Ingest.Keep(Key, [File("/m/a", 1)]);
        IngestKey[] others =
            [Key with { Torrent = "x" }, Key with { PieceLength = 2 << 20 }, Key with { Padded = false }];
        Assert.All(others, other => Assert.Empty(store.Ingest.Load(other)));
        Assert.Single(store.Ingest.Load(Key));
    }

    [Fact]
    public void Keep_SamePathAgain_Replaces()
    {
        using var store = StoreFiles.Open(_folder);
        store.Ingest.Keep(Key, [File("/m/a", 1)]);
        store.Ingest.Keep(Key, [File("/m/a", 9)]);
        Assert.Equal(9, Assert.Single(store.Ingest.Load(Key)).Bytes);
    }

    [Fact]
    public void Forget_DropsTheTorrentOnly()
    {
        using var store = StoreFiles.Open(_folder);
        var other = Key with { Torrent = "other" };
        store.Ingest.Keep(Key, [File("/m/a", 1)]);
        store.Ingest.Keep(other, [File("/m/a", 1)]);
        store.Ingest.Forget(Key.Torrent);
        Assert.Empty(store.Ingest.Load(Key));
        Assert.Single(store.Ingest.Load(other));
    }

    [Fact]
    public void Load_AfterAWeek_GivesNothing()
    {
        var start = StoreFiles.Time.GetUtcNow().ToUnixTimeMilliseconds();
        using (var store = StoreFiles.Open(_folder)) store.Ingest.Keep(Key, [File("/m/a", 1)]);
        using (var soon = NodeStore.Open(_folder.Root, new StandingTime(start + 7 * DayMs)))
            Assert.Single(soon.Ingest.Load(Key));
        using var late = NodeStore.Open(_folder.Root, new StandingTime(start + 7 * DayMs + 1));
        Assert.Empty(late.Ingest.Load(Key));
    }

    private static IngestedFile File(string path, long bytes) => new(
        path, bytes, 1_700_000_000_123_456_789, 1_700_000_000_223_456_789, ulong.MaxValue, Hash256.Of("file"u8),
        Hash256.Of("root"u8), [1, 2, 3], [4, 5]);
}
