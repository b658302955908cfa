using Microsoft.Extensions.Logging.Abstractions;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Donations;
using WeightSwarm.Tests.Node.Store;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.Tests.Node.Scrub;

/// <summary>The real loop over real files, under virtual time.</summary>
public sealed class ScrubLoopTests : IDisposable
{
    private const long Second = 1000, Hour = 3600 * Second, Day = 24 * Hour, Start = 1_800_000_000_000;
    private const int BusyMs = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly Pace Pace = Pace.Real with { PlanMs = 6 * Hour };

    private readonly TempFolder _state = new();
    private readonly TempFolder _disk = new();
    private readonly JumpingTime _time = new(Start);
    private readonly FakeVolumes _volumes = new();
    private readonly FakeHolder _holder = new();
    private readonly FakeLoad _load = new();
    private readonly List<(string Path, long Offset, long AtMs)> _reads = [];
    private readonly FaultyReader _reader = new(new DiskReader());
    private NodeStore _store;
    private DonationLedger _ledger;

    public ScrubLoopTests()
    {
        _store = NodeStore.Open(_state.Root, _time);
        _ledger = NewLedger();
        Assert.True(_ledger.Donate(1_000_000, _disk.At("d")).Accepted);
        _reader.Fault = (path, offset) =>
        {
            _reads.Add((Path.GetRelativePath(_disk.Root, path), offset, _time.UnixMs));
            _time.Take(BusyMs);
            return null;
        };
    }

    public void Dispose()
    {
        _store.Dispose();
        _state.Dispose();
        _disk.Dispose();
    }

    [Fact]
    public async Task AYear_ReadsEveryPieceEvery25To35Days_AndLeavesTheDiskAlone()
    {
        for (var n = 0; n < 12; n++) Hold($"m{n}");
        await RunAsync(365 * Day);
        var pieces = _reads.GroupBy(read => (read.Path, read.Offset)).ToList();
        Assert.Equal(12 * ScrubbedModel.Pieces, pieces.Count);
        foreach (var piece in pieces)
        {
            var times = piece.Select(read => read.AtMs).ToList();
            Assert.InRange(times[0] - Start, 0, 31 * Day);
            Assert.All(times.Zip(times.Skip(1)), gap => Assert.InRange(gap.Second - gap.First, 25 * Day, 35 * Day));
            Assert.True(times.Count >= 10, $"{piece.Key}: read {times.Count} times");
        }
        Assert.All(_reads.Zip(_reads.Skip(1)), next =>
            Assert.True(next.Second.AtMs - next.First.AtMs >= 5 * BusyMs, $"{next.First} then {next.Second}"));
        Assert.Empty(_holder.Findings);
    }

    [Fact]
    public async Task ARestart_GoesOnWithTheNextPiece()
    {
        Hold("m");
        _store.Scrubs.Save([(_holder.Models[0].Key, 1, Start)], [new ScrubCursor(_holder.Models[0].Key, 0, 2, Start)]);
        Restart();
        _time.StopWhen = () => _reads.Count == 2;
        await RunAsync(31 * Day);
        Assert.Equal([2 * ScrubbedModel.Piece, 3 * ScrubbedModel.Piece], _reads.Select(read => (int)read.Offset));
        Assert.Equal(Start, _store.Scrubs.Reads()[0].ReadMs);
    }

    [Fact]
    public async Task StoppedInTheMiddle_GoesOnThereInTheNextRun()
    {
        Hold("m");
        _time.StopWhen = () => _reads.Count == 2;
        await RunAsync(31 * Day);
        _time.StopWhen = () => _reads.Count == 4;
        var cursor = Assert.Single(_store.Scrubs.Cursors());
        Restart();
        await RunAsync(31 * Day);
        // Two pieces before, two after: no byte twice, none left out.
        Assert.Equal(4, _reads.Select(read => (read.Path, read.Offset)).Distinct().Count());
        Assert.Equal(cursor.StartedMs, _store.Scrubs.Reads().Single(r => r.Slice == cursor.Slice).ReadMs);
    }

    [Fact]
    public async Task UnderLoad_NothingIsRead_UntilItIsLate()
    {
        Hold("m");
        _load.IsBusy = true;
        var items = _store.Scrubs.Reads()
            .Select(r => new ScrubItem(r.Key, r.Slice, ScrubbedModel.Piece, r.VerifiedMs, r.ReadMs)).ToList();
        var due = ScrubSchedule.First(items, Pace.ScrubMs, Start, suspect: false)!.Value.DueMs;
        _time.StopWhen = () => _reads.Count > 0;
        await RunAsync(34 * Day);
        Assert.InRange(_reads[0].AtMs - due, 30 * Hour, 37 * Hour);
    }

    [Fact]
    public async Task ABadPiece_IsToldAtOnce_AndTheWholeSliceAtItsEnd()
    {
        Hold("m");
        Spoil(_disk.At("m", "a"), ScrubbedModel.Piece);
        Spoil(_disk.At("m", "a"), 3 * ScrubbedModel.Piece);
        await RunAsync(31 * Day);
        Assert.Equal(
            [(0, "1", false), (0, "1 3", true)],
            _holder.Findings.Select(f => (f.Slice, string.Join(' ', f.Bad.Select(b => b.Piece)), f.IsWhole)));
        // Once a second time by itself, before it counts: nothing else was read before it was told.
        Assert.Equal(3, _holder.ReadsBefore[0]);
        Assert.Null(_store.Scrubs.Reads()[0].ReadMs);
    }

    [Fact]
    public async Task ADiskThatCannotRead_IsTold()
    {
        Hold("m");
        var count = _reader.Fault;
        _reader.Fault = (path, offset) => count(path, offset)
            ?? (offset == 2 * ScrubbedModel.Piece ? new IOException("EIO", FaultyReader.InputOutput) : null);
        await RunAsync(31 * Day);
        Assert.Equal([PieceFault.Unreadable], _holder.Findings[0].Bad.Select(b => b.Fault));
        Assert.True(_holder.Findings[^1].IsWhole);
    }

    [Fact]
    public async Task ASliceInDoubt_IsReadAtOnce_EvenUnderLoad_AndTold()
    {
        Hold("m");
        _load.IsBusy = true;
        _holder.Models[0] = _holder.Models[0] with { Held = SliceSet.Of([1]), Doubted = SliceSet.Of([0]) };
        _holder.Found = finding => _holder.Models[0] = _holder.Models[0] with { Doubted = SliceSet.Empty };
        await RunAsync(Hour);
        Assert.Equal(4, _reads.Count);
        Assert.True(Assert.Single(_holder.Findings) is { Slice: 0, IsWhole: true, Bad.IsEmpty: true });
    }

    [Fact]
    public async Task AFileThatIsGone_IsToldWithoutReading_AndOnAVolumeThatIsAwayNothingIs()
    {
        Hold("m", _ledger.Look()[0].Donation.Id);
        File.Delete(_disk.At("m", "b"));
        Directory.Move(_disk.At("d"), _disk.At("away"));
        await RunAsync(7 * Hour);
        Assert.Empty(_holder.Findings);
        Directory.Move(_disk.At("away"), _disk.At("d"));
        await RunAsync(7 * Hour);
        Assert.Equal([5, 6], _holder.Findings[0].Bad.Select(bad => bad.Piece));
        Assert.False(_holder.Findings[0].IsWhole);
    }

    private DonationLedger NewLedger() =>
        new(_store.Donations, NodeId.Of("self"u8), _state.Root, _volumes, _time);

    private void Hold(string folder, Guid? donation = null)
    {
        ScrubbedModel.Write(_disk.At(folder));
        var model = ScrubbedModel.At(_disk.At(folder), donation);
        _store.Models.Add(model.Key, donation, []);
        for (var slice = 0; slice < ScrubbedModel.Slices; slice++) _store.Models.MarkSliceVerified(model.Key, slice);
        _holder.Models.Add(model);
        _holder.Reads = () => _reads.Count;
    }

    private static void Spoil(string path, long at)
    {
        using var file = File.Open(path, FileMode.Open);
        file.Position = at;
        var was = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(was ^ 1));
    }

    private void Restart()
    {
        _store.Dispose();
        _store = NodeStore.Open(_state.Root, _time);
        _ledger = NewLedger();
    }

    private async Task RunAsync(long ms)
    {
        var failure = new HostFailure(new NoLifetime(), NullLogger<HostFailure>.Instance);
        using var loop = new ScrubLoop(
            _holder, () => _reader, _load, new ScrubProgress(_store.Scrubs, _time), _store.Scrubs, _ledger,
            _ => Task.FromResult<Pace?>(Pace), new Clock(_time), failure, NullLogger<ScrubLoop>.Instance);
        await loop.StartAsync(CancellationToken.None);
        await Eventually.Ends(_time.RunAsync(ms), Deadline, () => $"{_reads.Count} reads; {failure.Reason}");
        await loop.StopAsync(CancellationToken.None);
        Assert.Null(failure.Reason);
    }

    private sealed class FakeHolder : IHeldModels
    {
        public List<HeldModel> Models { get; } = [];
        public List<SliceFinding> Findings { get; } = [];
        public List<int> ReadsBefore { get; } = [];
        public Func<int> Reads { get; set; } = () => 0;
        public Action<SliceFinding>? Found { get; set; }

        public IReadOnlyList<HeldModel> Held() => [.. Models];

        public Task FoundAsync(SliceFinding finding)
        {
            Findings.Add(finding);
            ReadsBefore.Add(Reads());
            if (Found is not null) Found(finding);
            else Withdraw(finding);
            return Task.CompletedTask;
        }

        private void Withdraw(SliceFinding finding)
        {
            var at = Models.FindIndex(model => model.Key == finding.Key);
            Models[at] = Models[at] with
            {
                Held = Models[at].Held.Without(finding.Slice),
                Doubted = finding.IsWhole ? SliceSet.Empty : SliceSet.Of([finding.Slice]),
            };
        }
    }

    private sealed class FakeLoad : ILoadGauge
    {
        public bool IsBusy { get; set; }
    }

    private sealed class NoLifetime : Microsoft.Extensions.Hosting.IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => default;
        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }
}
