using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Scrub;

public sealed class ScrubScheduleTests
{
    private const long Second = 1000, Hour = 3600 * Second, Day = 24 * Hour, Giga = 1_000_000_000;
    private const long Start = 1_800_000_000_000;
    private static readonly long Period = Pace.Real.ScrubMs;

    [Theory]
    [InlineData("a small donation, filled at once", 100, 2, 150, 0)]
    [InlineData("4 TB, filled at once", 500, 8, 150, 0)]
    [InlineData("4 TB, filled over two months", 500, 8, 150, 60)]
    [InlineData("4 TB on a slow disk", 500, 8, 15, 0)]
    public void AYear_ReadsEveryByteEvery25To35Days_InAFifthOfTheTime(
        string what, int slices, long sliceGiga, long diskMegabytes, long filledOverDays)
    {
        var volume = new VirtualVolume(slices, sliceGiga * Giga, diskMegabytes * 1_000_000, filledOverDays * Day);
        volume.Run(365 * Day);
        Assert.All(volume.Gaps, gap => Assert.True(gap is >= 25 * Day and <= 35 * Day, $"{what}: {gap / Day} days"));
        Assert.All(volume.FirstGaps, gap => Assert.True(gap <= 35 * Day, $"{what}: first after {gap / Day} days"));
        Assert.True(volume.Gaps.Count >= slices * 9, $"{what}: {volume.Gaps.Count} readings");
        Assert.True(volume.BusyMs * 5 <= volume.ElapsedMs, $"{what}: busy {volume.BusyMs} of {volume.ElapsedMs} ms");
        Assert.True(volume.MostDuty <= 0.2001, $"{what}: at worst {volume.MostDuty:0.000} of the time");
    }

    [Fact]
    public void AMonthAway_IsMadeUpFor_TheOldestFirst_AndStillInAFifthOfTheTime()
    {
        var volume = new VirtualVolume(200, 4 * Giga, 150_000_000, 0);
        volume.Run(60 * Day);
        volume.Away(30 * Day);
        volume.Run(10 * Day);
        Assert.True(volume.OldestMs <= 35 * Day, $"the oldest was read {volume.OldestMs / Day} days ago");
        Assert.True(volume.MostDuty <= 0.2001, $"at worst {volume.MostDuty:0.000} of the time");
    }

    [Fact]
    public void ASuspectVolume_IsReadFourTimesAsFast_AndAsOften()
    {
        var item = Item(1, Start, Start);
        var (calm, suspect) = (
            ScrubSchedule.DueMs(item, Period, Start, false), ScrubSchedule.DueMs(item, Period, Start, true));
        Assert.Equal((calm - Start) / 4, suspect - Start);
        Assert.Equal(4 * ScrubSchedule.Rate(4000 * Giga, Period, false), ScrubSchedule.Rate(4000 * Giga, Period, true));
        Assert.Equal(Day, ScrubSchedule.SuspicionMs(Period));
    }

    [Theory]
    [InlineData(1, 1_000_000)]
    [InlineData(2_160, 1_000_000)]
    [InlineData(4_320, 2_000_000)]
    public void Rate_ReadsTheVolumeIn25Days_AndAMegabyteASecondAtLeast(long giga, long rate) =>
        Assert.Equal(rate, ScrubSchedule.Rate(giga * Giga, Period, hurried: false));

    [Theory]
    [InlineData(1_000_000, 5, 995)]
    [InlineData(1_000_000, 100, 900)]
    [InlineData(1_000_000, 300, 1200)]
    public void Rest_IsFourTimesTheRead_OrWhatTheRateAsks(long bytes, long busyMs, long restMs) =>
        Assert.Equal(restMs, ScrubSchedule.RestMs(bytes, busyMs, 1_000_000));

    [Fact]
    public void First_ASliceToBeReadBeforeAllOthers_IsDueAtOnce()
    {
        var items = new[] { Item(1, Start, Start), Item(2, Start, 0), Item(3, Start, null) };
        Assert.Equal((items[1], 0L), ScrubSchedule.First(items, Period, Start, suspect: false));
        Assert.False(ScrubSchedule.IsLate(0, Period, Start));
    }

    [Fact]
    public void Due_AfterTheClockWasPutBack_IsCountedFromNow()
    {
        var due = ScrubSchedule.DueMs(Item(1, Start, Start + 400 * Day), Period, Start, suspect: false);
        Assert.InRange(due, Start + 25 * Day, Start + 35 * Day);
    }

    private static ScrubItem Item(int slice, long verifiedMs, long? readMs) =>
        new(new LocalModelKey(Hash256.Of("model"u8), "/d"), slice, 4 * Giga, verifiedMs, readMs);

    /// <summary>A disk under virtual time, of which slice after slice is read as the schedule has it.</summary>
    private sealed class VirtualVolume
    {
        private readonly List<ScrubItem> _items;
        private readonly long _bytesPerSecond;
        private long _now = Start;

        public VirtualVolume(int slices, long sliceBytes, long bytesPerSecond, long filledWithinMs)
        {
            _bytesPerSecond = bytesPerSecond;
            _items = [.. Enumerable.Range(0, slices).Select(
                n => Item(n, Start + filledWithinMs * n / slices, null) with { Bytes = sliceBytes })];
        }

        public List<long> Gaps { get; } = [];
        public List<long> FirstGaps { get; } = [];
        public long BusyMs { get; private set; }
        public long ElapsedMs => _now - Start;
        public double MostDuty { get; private set; }
        public long OldestMs => _items.Max(item => _now - item.LastMs);

        public void Away(long ms) => _now += ms;

        public void Run(long ms)
        {
            var end = _now + ms;
            while (_now < end)
            {
                var there = _items.Where(item => item.VerifiedMs <= _now);
                var first = ScrubSchedule.First(there, Period, _now, suspect: false);
                if (first is not var (item, due) || due > _now) _now = Math.Min(end, _now + Hour);
                else Read(item, due);
            }
        }

        private void Read(ScrubItem item, long due)
        {
            (item.ReadMs is null ? FirstGaps : Gaps).Add(_now - item.LastMs);
            _items[item.Slice] = item with { ReadMs = _now };
            var busy = item.Bytes * 1000 / _bytesPerSecond;
            var late = ScrubSchedule.IsLate(due, Period, _now);
            var rate = ScrubSchedule.Rate(_items.Sum(i => i.Bytes), Period, late);
            var rest = ScrubSchedule.RestMs(item.Bytes, busy, rate);
            MostDuty = Math.Max(MostDuty, (double)busy / (busy + rest));
            BusyMs += busy;
            _now += busy + rest;
        }
    }
}
