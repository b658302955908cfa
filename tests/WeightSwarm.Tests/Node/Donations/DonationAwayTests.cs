using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Donations;

public sealed class DonationAwayTests : IDisposable
{
    private const long Giga = 1_000_000_000;

    private readonly TempFolder _folder = new();
    private readonly TempFolder _disk = new();
    private readonly FakeVolumes _volumes = new();
    private readonly NodeStore _store;
    private readonly Donation _donation;
    private DonationLedger _ledger;

    public DonationAwayTests()
    {
        _store = StoreFiles.Open(_folder);
        _volumes.Add(_disk.Root, device: 1, total: 100 * Giga, free: 50 * Giga);
        _ledger = NewLedger();
        _donation = _ledger.Donate(10 * Giga, _disk.At("a")).Donation!;
    }

    public void Dispose()
    {
        _store.Dispose();
        _disk.Dispose();
        _folder.Dispose();
    }

    private DonationLedger NewLedger() =>
        new(_store.Donations, NodeId.Of("self"u8), _folder.Root, _volumes, StoreFiles.Time);

    private void AssertAway(params string[] words)
    {
        var status = _ledger.Look(_donation.Id)!;
        Assert.Equal((DonationState.Away, 0), (status.State, status.RoomBytes));
        foreach (var word in words) Assert.Contains(word, status.Reason, StringComparison.Ordinal);
        Assert.Null(_ledger.TryReserve(_donation.Id, 0));
        Assert.Null(_ledger.Choose(0));
        Assert.Equal(0, _ledger.LargestRoomBytes());
    }

    private void AssertPresent() => Assert.Equal(
        (DonationState.Present, ""), (_ledger.Look(_donation.Id)!.State, _ledger.Look(_donation.Id)!.Reason));

    [Fact]
    public void Look_MissingFolder_IsAwayUntilItIsBack()
    {
        Directory.Move(_disk.At("a"), _disk.At("elsewhere"));
        AssertAway(_disk.At("a"), "is not there");
        Directory.Move(_disk.At("elsewhere"), _disk.At("a"));
        AssertPresent();
    }

    [Fact]
    public void Look_EmptyMountPoint_IsAwayAndStaysEmpty()
    {
        Directory.Delete(_disk.At("a"), recursive: true);
        Directory.CreateDirectory(_disk.At("a"));
        AssertAway(".weightswarm-donation", "is missing");
        Assert.Equal(DonateOutcome.Away, _ledger.Donate(5 * Giga, _disk.At("a")).Outcome);
        Assert.Empty(Directory.GetFileSystemEntries(_disk.At("a")));
        _ledger = NewLedger();
        AssertAway("is missing");
    }

    [Theory]
    [InlineData(
        "{\"node\":\"other\",\"donation\":\"7b0f2a3e-0000-0000-0000-000000000000\"}", "belongs to another donation")]
    [InlineData("not json", "cannot be read")]
    [InlineData("null", "is empty")]
    [InlineData("", "cannot be read")]
    public void Look_ForeignOrBrokenMarker_IsAway(string marker, string word)
    {
        File.WriteAllText(_disk.At("a", ".weightswarm-donation"), marker);
        AssertAway(_disk.At("a", ".weightswarm-donation"), word);
    }

    [Fact]
    public void Look_HugeMarker_IsAwayWithoutReadingIt()
    {
        using (var file = File.OpenWrite(_disk.At("a", ".weightswarm-donation"))) file.SetLength(1L << 40);
        AssertAway("is not a marker file");
    }

    [Fact]
    public void Look_ReadOnlyVolume_IsAway()
    {
        _volumes.Change(1, v => v with { WhyNotWritable = "Read-only file system" });
        AssertAway("Read-only file system");
        _volumes.Change(1, v => v with { WhyNotWritable = null });
        AssertPresent();
    }

    [Fact]
    public void Look_AnotherDeviceWhileRunning_IsAwayUntilTheOwnerConfirms()
    {
        AssertPresent();
        _volumes.Change(1, v => v with { Device = 7 });
        AssertAway("another volume", $"weightswarm donate {10 * Giga} {_disk.At("a")}");
        _volumes.Change(7, v => v with { Device = 1 });
        AssertPresent();
        _volumes.Change(1, v => v with { Device = 7 });
        Assert.Equal(DonateOutcome.QuotaChanged, _ledger.Donate(10 * Giga, _disk.At("a")).Outcome);
        AssertPresent();
    }

    [Fact]
    public void Look_AnotherDeviceNumberAfterARestart_IsPresent()
    {
        _volumes.Change(1, v => v with { Device = 7 });
        _ledger = NewLedger();
        AssertPresent();
    }

    [Fact]
    public void Look_BackAfterFilesWereAdded_IsCountedAgain()
    {
        var before = _ledger.Look(_donation.Id)!.UsedBytes;
        Directory.Move(_disk.At("a"), _disk.At("elsewhere"));
        AssertAway();
        Assert.Equal(before, _ledger.Look(_donation.Id)!.UsedBytes);
        File.WriteAllBytes(_disk.At("elsewhere", "models", "w"), new byte[1 << 20]);
        Directory.Move(_disk.At("elsewhere"), _disk.At("a"));
        Assert.InRange(_ledger.Look(_donation.Id)!.UsedBytes, before + (1 << 20), before + (1 << 20) + 65536);
    }

    [Fact]
    public void Forget_WhileAway_ForgetsAndTouchesNothing()
    {
        File.WriteAllText(_disk.At("a", ".weightswarm-donation"), "not json");
        Assert.True(_ledger.Forget(_donation.Id));
        Assert.True(File.Exists(_disk.At("a", ".weightswarm-donation")));
        Assert.True(Directory.Exists(_disk.At("a", "models")));
    }
}
