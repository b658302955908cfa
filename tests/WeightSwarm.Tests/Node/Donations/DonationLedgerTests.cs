using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Donations;

public sealed class DonationLedgerTests : IDisposable
{
    private const long Giga = 1_000_000_000;
    private static readonly NodeId Self = NodeId.Of("self"u8), Other = NodeId.Of("other"u8);

    private readonly TempFolder _folder = new();
    private readonly TempFolder _disk = new();
    private readonly FakeVolumes _volumes = new();
    private readonly NodeStore _store;
    private DonationLedger _ledger;

    public DonationLedgerTests()
    {
        _store = StoreFiles.Open(_folder);
        _volumes.Add(_disk.Root, device: 1, total: 100 * Giga, free: 50 * Giga);
        _volumes.Add(_folder.Root, device: 2, total: 10 * Giga, free: 10 * Giga);
        _ledger = NewLedger();
    }

    public void Dispose()
    {
        _store.Dispose();
        _disk.Dispose();
        _folder.Dispose();
    }

    private DonationLedger NewLedger() => new(_store.Donations, Self, _folder.Root, _volumes, StoreFiles.Time);

    private Donation Donate(long quota, string path)
    {
        var result = _ledger.Donate(quota, path);
        Assert.True(result.Accepted, result.Message);
        return result.Donation!;
    }

    private void AssertRefused(DonateOutcome outcome, DonateResult result, params string[] words)
    {
        Assert.Equal(outcome, result.Outcome);
        Assert.False(result.Accepted);
        foreach (var word in words) Assert.Contains(word, result.Message, StringComparison.Ordinal);
        Assert.Equal(_ledger.Look().Select(s => s.Donation), _store.Donations.List());
    }

    [Fact]
    public void Donate_MissingFolder_IsCreatedWithAMarkerAndSurvivesARestart()
    {
        var result = _ledger.Donate(10 * Giga, _disk.At("a", "b"));
        Assert.Equal(DonateOutcome.Created, result.Outcome);
        Assert.Equal("", result.Warning);
        Assert.True(File.Exists(_disk.At("a", "b", ".weightswarm-donation")));

        _ledger = NewLedger();
        var status = Assert.Single(_ledger.Look());
        Assert.Equal(result.Donation, status.Donation);
        Assert.Equal((DonationState.Present, ""), (status.State, status.Reason));
        Assert.Equal(2 * Giga, status.Donation.ReserveBytes);
        Assert.Equal(10 * Giga - status.UsedBytes, status.RoomBytes);
        Assert.InRange(status.UsedBytes, 0, 64 * 1024);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Donate_NoPath_UsesTheDefaultFolder(string? path)
    {
        Assert.Equal(DonateOutcome.Created, _ledger.Donate(Giga, path).Outcome);
        Assert.Equal(_folder.At("donation"), _ledger.Look()[0].Donation.Path);
    }

    [Fact]
    public void Donate_MoreThanTheVolume_IsRefusedWithBothSizes()
    {
        AssertRefused(
            DonateOutcome.TooLargeForVolume, _ledger.Donate(101 * Giga, _disk.At("a")),
            "101.0 GB", "100.0 GB", "98.0 GB");
        Assert.False(Directory.Exists(_disk.At("a")));
        Assert.True(_ledger.Donate(98 * Giga, _disk.At("a")).Accepted);
    }

    [Fact]
    public void Donate_QuotasOnOneVolumeTogetherTooLarge_IsRefused()
    {
        Donate(60 * Giga, _disk.At("a"));
        AssertRefused(
            DonateOutcome.TooLargeForVolume, _ledger.Donate(39 * Giga, _disk.At("b")), "60.0 GB", "38.0 GB");
        Donate(38 * Giga, _disk.At("b"));
        AssertRefused(DonateOutcome.TooLargeForVolume, _ledger.Donate(61 * Giga, _disk.At("a")));
    }

    [Fact]
    public void Donate_MoreThanIsFree_IsDoneWithAWarning()
    {
        var result = _ledger.Donate(80 * Giga, _disk.At("a"));
        Assert.Equal(DonateOutcome.Created, result.Outcome);
        Assert.Contains("50.0 GB free", result.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Donate_SamePath_ChangesTheQuota()
    {
        var before = Donate(10 * Giga, _disk.At("a"));
        var result = _ledger.Donate(20 * Giga, _disk.At("a") + "/");
        Assert.Equal(DonateOutcome.QuotaChanged, result.Outcome);
        Assert.Equal(before with { QuotaBytes = 20 * Giga }, result.Donation);
        Assert.Equal([result.Donation!], _store.Donations.List());
    }

    [Fact]
    public void Donate_SameFolderThroughALink_ChangesTheQuota()
    {
        Donate(10 * Giga, _disk.At("a"));
        Directory.CreateSymbolicLink(_disk.At("link"), _disk.At("a"));
        Assert.Equal(DonateOutcome.QuotaChanged, _ledger.Donate(Giga, _disk.At("link")).Outcome);
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _disk.At("link", "inside")));
    }

    [Fact]
    public void Donate_BelowWhatIsUsed_IsDoneWithAWarningAndLeavesNoRoom()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        _ledger.AddUsed(donation.Id, 5 * Giga);
        var result = _ledger.Donate(Giga, _disk.At("a"));
        Assert.Contains("more than the quota", result.Warning, StringComparison.Ordinal);
        Assert.Equal(0, _ledger.LargestRoomBytes());
    }

    [Fact]
    public void Donate_NestedFolders_AreRefused()
    {
        Donate(Giga, _disk.At("a"));
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _disk.At("a", "models", "x")), _disk.At("a"));
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _disk.Root), _disk.At("a"));
        Donate(Giga, _disk.At("ab"));
    }

    [Fact]
    public void Donate_TheStateFolderOrItsFiles_IsRefused()
    {
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _folder.Root));
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _folder.At("content")));
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, Path.GetDirectoryName(_folder.Root)));
    }

    [Fact]
    public void Donate_FolderOfAnotherNode_IsRefused()
    {
        using var other = new TempFolder();
        using (var store = StoreFiles.Open(other))
        {
            var theirs = new DonationLedger(store.Donations, Other, other.Root, _volumes, StoreFiles.Time);
            Assert.True(theirs.Donate(Giga, _disk.At("a")).Accepted);
        }
        AssertRefused(DonateOutcome.NotOurs, _ledger.Donate(Giga, _disk.At("a")), $"{Other}", _disk.At("a"));
    }

    [Fact]
    public void Donate_OwnFolderThatTheStoreForgot_IsTakenUpUnderItsOldId()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        File.WriteAllBytes(_disk.At("a", "models", "weights"), new byte[100_000]);
        Assert.True(_store.Donations.Delete(donation.Id));
        _ledger = NewLedger();

        var again = Donate(10 * Giga, _disk.At("a"));

        Assert.Equal(donation.Id, again.Id);
        Assert.InRange(_ledger.Look()[0].UsedBytes, 100_000, 200_000);
    }

    [Fact]
    public void Donate_CopyOfADonation_IsRefused()
    {
        Donate(Giga, _disk.At("a"));
        Directory.CreateDirectory(_disk.At("b"));
        File.Copy(_disk.At("a", ".weightswarm-donation"), _disk.At("b", ".weightswarm-donation"));
        AssertRefused(DonateOutcome.Overlaps, _ledger.Donate(Giga, _disk.At("b")), _disk.At("a"));
    }

    [Fact]
    public void Donate_FolderWithSomebodysModels_IsRefused()
    {
        Directory.CreateDirectory(_disk.At("mine", "models"));
        File.WriteAllText(_disk.At("mine", "models", "precious"), "x");
        AssertRefused(DonateOutcome.NotOurs, _ledger.Donate(Giga, _disk.At("mine")), _disk.At("mine", "models"));
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(_disk.At("mine", "models")).Select(Path.GetFileName));
        Assert.False(File.Exists(_disk.At("mine", ".weightswarm-donation")));
    }

    [Fact]
    public void Donate_FolderWithOtherFiles_CountsOnlyItsOwn()
    {
        Directory.CreateDirectory(_disk.At("mine"));
        File.WriteAllBytes(_disk.At("mine", "photo"), new byte[5_000_000]);
        Donate(Giga, _disk.At("mine"));
        Assert.InRange(_ledger.Look()[0].UsedBytes, 0, 64 * 1024);
    }

    [Fact]
    public void Donate_BadPaths_AreRefused()
    {
        AssertRefused(DonateOutcome.BadPath, _ledger.Donate(Giga, "relative/folder"), "relative/folder");
        File.WriteAllText(_disk.At("file"), "");
        AssertRefused(DonateOutcome.BadPath, _ledger.Donate(Giga, _disk.At("file")), _disk.At("file"));
        AssertRefused(DonateOutcome.BadPath, _ledger.Donate(Giga, _disk.At("file", "below")), _disk.At("file"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ledger.Donate(-1, _disk.At("a")));
    }

    [Fact]
    public void Donate_ReadOnlyVolume_IsRefusedWithTheReason()
    {
        _volumes.Change(1, v => v with { WhyNotWritable = "Read-only file system" });
        AssertRefused(DonateOutcome.NotWritable, _ledger.Donate(Giga, _disk.At("a")), "Read-only file system");
    }

    [Fact]
    public void Donate_Zero_StartsTheReturnAndAQuotaEndsIt()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var result = _ledger.Donate(0, _disk.At("a"));
        Assert.Equal(DonateOutcome.ReturnStarted, result.Outcome);
        _ledger = NewLedger();
        Assert.Equal(DonationState.Returning, _ledger.Look(donation.Id)!.State);
        Assert.Equal(0, _ledger.LargestRoomBytes());
        Assert.Equal(0, _ledger.DonatedBytes);
        Assert.Null(_ledger.TryReserve(donation.Id, 1));

        Assert.Equal(donation, Donate(10 * Giga, _disk.At("a")));
        Assert.Equal(DonationState.Present, _ledger.Look(donation.Id)!.State);
        AssertRefused(DonateOutcome.NotFound, _ledger.Donate(0, _disk.At("b")), _disk.At("b"));
    }

    [Fact]
    public void Forget_GivenBackDonation_LeavesTheOwnersFolderClean()
    {
        var donation = Donate(Giga, _disk.At("a"));
        File.WriteAllText(_disk.At("a", "photo"), "x");
        Assert.True(_ledger.Forget(donation.Id));
        Assert.Equal([_disk.At("a", "photo")], Directory.GetFileSystemEntries(_disk.At("a")));
        Assert.Empty(_ledger.Look());
        Assert.Empty(_store.Donations.List());
        Assert.True(_ledger.Forget(donation.Id));
    }

    [Fact]
    public void RaiseGeneration_OfAnOldCopyOfTheStore_SaysSoOnce()
    {
        var id = Donate(Giga, Path.Combine(_disk.Root, "given")).Id;
        Assert.False(_ledger.RaiseGeneration(id));
        var backup = _store.Donations.Generation(id);
        Assert.False(_ledger.RaiseGeneration(id));
        _store.Donations.SaveGeneration(id, backup);
        Assert.True(_ledger.RaiseGeneration(id));
        Assert.False(_ledger.RaiseGeneration(id));
    }

    [Fact]
    public void Forget_WhileAModelLiesInIt_DoesNothing()
    {
        var donation = Donate(Giga, _disk.At("a"));
        var model = new LocalModelKey(Hash256.Of("m"u8), _disk.At("a", "models", "m"));
        _store.Models.Add(model, donation.Id, []);
        Assert.False(_ledger.Forget(donation.Id));
        Assert.True(File.Exists(_disk.At("a", ".weightswarm-donation")));
        Assert.Single(_ledger.Look());
    }
}
