using System.Collections.Concurrent;
using WeightSwarm.Core;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class SequenceStoreTests : IDisposable
{
    private const long Now = 1_800_000_000_000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Next_ClockAhead_IsTheClock()
    {
        using var store = StoreFiles.Open(_folder);
        Assert.Equal((ulong)Now, store.Sequence.Next(Now));
        Assert.Equal((ulong)Now + 5_000, store.Sequence.Next(Now + 5_000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-100_000)]
    [InlineData(long.MinValue)]
    public void Next_ClockStandsOrGoesBack_IsOneMore(long shift)
    {
        using var store = StoreFiles.Open(_folder);
        store.Sequence.Next(Now);
        var clock = shift == long.MinValue ? shift : Now + shift;
        Assert.Equal((ulong)Now + 1, store.Sequence.Next(clock));
        Assert.Equal((ulong)Now + 2, store.Sequence.Next(clock));
    }

    [Fact]
    public void Next_WithinABlock_WritesOnlyOnce()
    {
        using var store = StoreFiles.Open(_folder);
        store.Sequence.Next(Now);
        var log = StoreFiles.DatabaseIn(_folder) + "-wal";
        var before = new FileInfo(log).Length;
        for (var n = 1; n <= SequenceStore.Block - 1; n++) store.Sequence.Next(Now);
        Assert.Equal(before, new FileInfo(log).Length);

        store.Sequence.Next(Now);
        Assert.True(new FileInfo(log).Length > before, "the number after the block must be on disk first");
    }

    [Fact]
    public void Next_AfterACrashAtAnyPoint_IsNeverAnOldNumber()
    {
        const ulong seed = 20_260_101;
        var random = new SplitMix64(seed);
        using var store = StoreFiles.Open(_folder);
        ulong last = 0;
        var clock = Now;
        for (var step = 0; step < 60; step++)
        {
            clock += (long)(random.Next() % 3_000) - 500;
            for (var n = random.Next() % 700; n > 0; n--) last = store.Sequence.Next(clock);
            using var crashed = StoreFiles.CopyOf(_folder);
            using var after = StoreFiles.Open(crashed);
            var next = after.Sequence.Next(long.MinValue);
            Assert.True(next > last, $"seed {seed}, step {step}: {next} after {last} was handed out");
            Assert.True(next <= last + SequenceStore.Block, $"seed {seed}, step {step}: {next} is far above {last}");
        }
    }

    [Fact]
    public void Next_AfterACrashWithATornLog_IsNeverAnOldNumber()
    {
        const ulong seed = 7;
        var random = new SplitMix64(seed);
        using var store = StoreFiles.Open(_folder);
        for (var step = 0; step < 40; step++)
        {
            var last = store.Sequence.Next(Now + step * 10_000L);
            var synced = new FileInfo(StoreFiles.DatabaseIn(_folder) + "-wal").Length;
            store.Peers.SaveAnchors([]);
            store.Sequence.Next(Now + step * 10_000L + 5_000);
            using var crashed = StoreFiles.CopyOf(_folder);
            using (var log = File.OpenWrite(StoreFiles.DatabaseIn(crashed) + "-wal"))
                if (log.Length > synced)
                    log.SetLength(synced + (long)(random.Next() % (ulong)(log.Length - synced)));
            using var after = StoreFiles.Open(crashed);
            var next = after.Sequence.Next(0);
            Assert.True(next > last, $"seed {seed}, step {step}: {next} after {last} was handed out");
        }
    }

    [Fact]
    public void Next_ManyCrashesInARow_StaysCloseToTheClock()
    {
        for (var run = 0; run < 20; run++)
        {
            var store = StoreFiles.Open(_folder);
            var next = store.Sequence.Next(Now + run * 2_000L);
            store.Dispose();
            Assert.Equal((ulong)Now + (ulong)run * 2_000, next);
        }
    }

    [Fact]
    public void JumpAbove_OwnRecordFromPeers_MakesTheNextOneLargerAlsoAfterACrash()
    {
        using var store = StoreFiles.Open(_folder);
        store.Sequence.Next(Now);
        store.Sequence.JumpAbove((ulong)Now + 1_000_000);
        using var crashed = StoreFiles.CopyOf(_folder);
        using var after = StoreFiles.Open(crashed);

        Assert.Equal((ulong)Now + 1_000_001, store.Sequence.Next(Now));
        Assert.True(after.Sequence.Next(Now) > (ulong)Now + 1_000_000);
        store.Sequence.JumpAbove(5);
        Assert.Equal((ulong)Now + 1_000_002, store.Sequence.Next(Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Sequence.JumpAbove(ulong.MaxValue));
    }

    [Fact]
    public void Next_ManyThreads_GivesEveryNumberOnce()
    {
        using var store = StoreFiles.Open(_folder);
        var seen = new ConcurrentBag<ulong>();
        Parallel.For(0, 4_000, _ => seen.Add(store.Sequence.Next(Now)));
        Assert.Equal(4_000, seen.Distinct().Count());
    }
}
