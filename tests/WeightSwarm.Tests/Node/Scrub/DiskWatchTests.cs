using Microsoft.Extensions.Logging.Abstractions;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Donations;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Scrub;

public sealed class DiskWatchTests : IDisposable
{
    private const long Day = 86_400_000, Giga = 1_000_000_000;

    private readonly TempFolder _folder = new();
    private readonly TempFolder _disk = new();
    private readonly TempFolder _other = new();
    private readonly StandingTime _time = new(1_800_000_000_000);
    private readonly FakeVolumes _volumes = new();
    private readonly NodeStore _store;
    private readonly DonationLedger _ledger;
    private readonly DiskWatch _watch;
    private readonly HeldModel _model;

    public DiskWatchTests()
    {
        _store = NodeStore.Open(_folder.Root, _time);
        _volumes.Add(_disk.Root, device: 1, total: 100 * Giga, free: 50 * Giga);
        _volumes.Add(_other.Root, device: 2, total: 100 * Giga, free: 50 * Giga);
        _ledger = NewLedger();
        _watch = new DiskWatch(_store.Scrubs, _ledger, new Clock(_time), NullLogger<DiskWatch>.Instance);
        var donation = Donate(_disk.At("a"));
        Donate(_disk.At("b"));
        Donate(_other.At("c"));
        _model = ScrubbedModel.At(Path.Combine(donation.Path, "models", "m", "n"), donation.Id);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        _disk.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void ThreeBadPieces_WithinADay_DrainEveryDonationOfTheVolume_AndOfNoOther()
    {
        Assert.False(Found(PieceFault.Wrong, 0));
        _time.UnixMs += Day / 3;
        Assert.False(Found(PieceFault.Wrong, 1));
        _time.UnixMs += Day / 3;
        Assert.Equal("present present present", States(_ledger));
        Assert.True(Found(PieceFault.Wrong, 5));
        Assert.Equal("draining draining present", States(_ledger));
        Assert.Equal("draining draining present", States(NewLedger()));
        Assert.Contains("3 bad pieces within a day", _ledger.Look()[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ThreeBadPieces_OverTwoDays_DrainNothing()
    {
        for (var piece = 0; piece < 3; piece++)
        {
            Assert.False(Found(PieceFault.Wrong, piece));
            _time.UnixMs += Day * 2 / 3;
        }
        Assert.Equal("present present present", States(_ledger));
    }

    [Fact]
    public void AReadThatTheDiskRefuses_DrainsAtOnce()
    {
        Assert.True(Found(PieceFault.Unreadable, 3));
        Assert.Equal("draining draining present", States(_ledger));
        Assert.Contains("cannot be read", _ledger.Look()[0].Reason, StringComparison.Ordinal);
        Assert.Null(_ledger.Choose(Giga / 2, [_model.Donation!.Value]) is { } d && d.Path == _disk.At("a") ? d : null);
        Assert.Null(_ledger.TryReserve(_model.Donation!.Value, 1));
    }

    [Fact]
    public void FilesThatAreGoneCutOrHollow_AreNotTheDisksDoing()
    {
        Found(PieceFault.Missing, 0, 1, 2, 3);
        Found(PieceFault.Cut, 0, 1, 2, 3);
        Found(PieceFault.Hole, 0, 1, 2, 3);
        Found(PieceFault.NotAFile, 0, 1, 2, 3);
        Assert.Equal("present present present", States(_ledger));
        Assert.Equal(4, _store.Scrubs.FaultsSince(0).Count);
    }

    [Fact]
    public void AFileOfWhichEveryPieceIsAnother_CountsOnce_InHoweverManySlices()
    {
        for (var slice = 0; slice < 4; slice++)
        {
            // The first bad piece is told of at once, all of them with the end of the slice.
            Assert.False(Found(isWhole: false, PieceFault.Wrong, 0));
            Assert.False(Found(isWhole: true, PieceFault.Wrong, 0, 1, 2, 3));
        }
        Assert.Equal(1, _store.Scrubs.FaultsSince(0).Sum(fault => fault.BadPieces));
        Assert.Equal("present present present", States(_ledger));
    }

    [Fact]
    public void ThreePieces_OfAFileWhoseFourthIsRight_CountThree()
    {
        Assert.False(Found(isWhole: false, PieceFault.Wrong, 0));
        Assert.True(Found(isWhole: true, PieceFault.Wrong, 0, 1, 3));
        Assert.Equal("draining draining present", States(_ledger));
    }

    [Fact]
    public void AReadThatTheDiskRefuses_DrainsBeforeTheSliceIsRead()
    {
        Assert.True(Found(isWhole: false, PieceFault.Unreadable, 0));
        Assert.Equal("draining draining present", States(_ledger));
    }

    [Fact]
    public void AnOwnersFiles_AreJudged_AndNothingIsDrained()
    {
        var inPlace = ScrubbedModel.At(_other.At("owner"));
        Assert.False(_watch.Found(inPlace, Finding(true, PieceFault.Unreadable, 0), Pace.Real));
        Assert.Equal(_other.At("owner"), Assert.Single(_store.Scrubs.FaultsSince(0)).Folder);
        Assert.Equal("present present present", States(_ledger));
    }

    [Fact]
    public void ADonationMadeAnew_IsTrustedAgain()
    {
        Found(PieceFault.Unreadable, 3);
        var sums = _ledger.DonatedBytes;
        Assert.True(_ledger.Donate(Giga, _disk.At("a")).Accepted);
        Assert.Equal("present draining present", States(_ledger));
        Assert.Equal(sums + Giga, _ledger.DonatedBytes);
    }

    private DonationLedger NewLedger() =>
        new(_store.Donations, NodeId.Of("self"u8), _folder.Root, _volumes, _time);

    private Donation Donate(string path)
    {
        var result = _ledger.Donate(Giga, path);
        Assert.True(result.Accepted, result.Message);
        _time.UnixMs++;
        return result.Donation!;
    }

    private static string States(DonationLedger ledger) =>
        string.Join(' ', ledger.Look().Select(d => d.State.ToString().ToLowerInvariant()));

    private bool Found(PieceFault fault, params int[] pieces) => Found(isWhole: true, fault, pieces);

    private bool Found(bool isWhole, PieceFault fault, params int[] pieces)
    {
        _ledger.Look();
        return _watch.Found(_model, Finding(isWhole, fault, pieces), Pace.Real);
    }

    private SliceFinding Finding(bool isWhole, PieceFault fault, params int[] pieces) =>
        new(_model.Key, 0, [.. pieces.Select(piece => Bad(fault, piece))], isWhole);

    private BadPiece Bad(PieceFault fault, int piece)
    {
        var path = piece < 5 ? "a" : "b";
        return new BadPiece(piece, fault, path, $"{Path.Combine(_model.Root, path)} is so");
    }
}
