using WeightSwarm.Core;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class ScrubStoreTests : IDisposable
{
    private static readonly LocalModelKey A = new(Hash256.Of("a"u8), "/d/a"), B = new(Hash256.Of("b"u8), "/d/b");

    private readonly TempFolder _folder = new();
    private readonly StandingTime _time = new(1_800_000_000_000);
    private NodeStore _store;

    public ScrubStoreTests()
    {
        _store = NodeStore.Open(_folder.Root, _time);
        _store.Models.Add(A, donation: null, []);
        _store.Models.Add(B, donation: null, []);
        foreach (var slice in new[] { 0, 1, 2 }) _store.Models.MarkSliceVerified(A, slice);
        _store.Models.MarkSliceVerified(B, 0);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Reads_TellWhenEachSliceWasVerifiedAndRead_AfterARestartToo()
    {
        _store.Scrubs.Save([(A, 1, 5), (B, 0, 6), (new LocalModelKey(A.Model, "/gone"), 0, 7)], []);
        _store.Scrubs.Save([(A, 1, 8)], []);
        Restart();
        Assert.Equal(
            [(A, 0, null), (A, 1, 8L), (A, 2, null), (B, 0, (long?)6)],
            _store.Scrubs.Reads().OrderBy(r => r.Key.Folder).Select(r => (r.Key, r.Slice, r.ReadMs)));
        Assert.All(_store.Scrubs.Reads(), read => Assert.Equal(_time.UnixMs, read.VerifiedMs));
    }

    [Fact]
    public void Cursors_AreTheLastOnes()
    {
        _store.Scrubs.Save([], [new ScrubCursor(A, 1, 7, 77), new ScrubCursor(B, 0, 1, 78)]);
        _store.Scrubs.Save([], [new ScrubCursor(A, 2, 9, 79)]);
        Restart();
        Assert.Equal([new ScrubCursor(A, 2, 9, 79)], _store.Scrubs.Cursors());
    }

    [Fact]
    public void Doubt_OutlivesTheSlice_AndHasItReadBeforeAllOthers()
    {
        _store.Scrubs.Save([(A, 1, 5)], []);
        _store.Models.WithdrawSlice(A, 1);
        _store.Scrubs.Doubt(A, 1);
        Restart();
        Assert.Equal([1], _store.Scrubs.Doubted(A));
        Assert.Empty(_store.Scrubs.Doubted(B));
        _store.Models.MarkSliceVerified(A, 1);
        _store.Scrubs.EndDoubt(A, 1);
        Assert.Empty(_store.Scrubs.Doubted(A));
        Assert.Equal(0, _store.Scrubs.Reads().Single(r => r.Key == A && r.Slice == 1).ReadMs);
    }

    [Fact]
    public void Faults_AreForgottenWithTime()
    {
        _store.Scrubs.AddFault(new DiskFault("/d", 100, 1, "a"));
        _store.Scrubs.AddFault(new DiskFault("/d", 200, 2, "b"));
        Assert.Equal([new DiskFault("/d", 200, 2, "b")], _store.Scrubs.FaultsSince(150));
        Assert.Single(_store.Scrubs.FaultsSince(0));
    }

    [Fact]
    public void Progress_IsWrittenDownOnceAMinute_AndAtTheEnd()
    {
        var progress = new ScrubProgress(_store.Scrubs, new SteppingTime(_time));
        progress.Ended(A, 0, 5);
        progress.At(new ScrubCursor(A, 1, 7, 77));
        progress.Save(now: false);
        Assert.Empty(_store.Scrubs.Cursors());
        Assert.Equal(5, progress.Reads().Single(r => r.Key == A && r.Slice == 0).ReadMs);
        _time.UnixMs += 60_000;
        progress.Save(now: false);
        Assert.Single(_store.Scrubs.Cursors());
        Assert.Equal(5, _store.Scrubs.Reads().Single(r => r.Key == A && r.Slice == 0).ReadMs);
        progress.Ended(A, 1, startedMs: null);
        progress.Save(now: true);
        Assert.Empty(_store.Scrubs.Cursors());
        Assert.Null(_store.Scrubs.Reads().Single(r => r.Key == A && r.Slice == 1).ReadMs);
    }

    [Fact]
    public void Progress_AfterARestart_GoesOnAtTheCursor()
    {
        var before = new ScrubProgress(_store.Scrubs, _time);
        before.At(new ScrubCursor(A, 2, 9, 79));
        before.Save(now: true);
        Restart();
        var after = new ScrubProgress(_store.Scrubs, _time);
        Assert.Equal(new ScrubCursor(A, 2, 9, 79), after.CursorOf(A, 2));
        Assert.Null(after.CursorOf(A, 1));
        Assert.Null(after.CursorOf(B, 2));
    }

    private void Restart()
    {
        _store.Dispose();
        _store = NodeStore.Open(_folder.Root, _time);
    }

    /// <summary>The monotonic clock of a standing one.</summary>
    private sealed class SteppingTime(StandingTime time) : TimeProvider
    {
        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => time.UnixMs;
    }
}
