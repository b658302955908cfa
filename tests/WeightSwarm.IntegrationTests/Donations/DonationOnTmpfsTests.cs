using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.IntegrationTests.Donations;

public sealed class DonationOnTmpfsTests : IDisposable
{
    private const long Mebi = 1 << 20;

    private readonly string _state = Directory.CreateTempSubdirectory("weightswarm-state-").FullName;
    private readonly TmpfsVolume _volume = new(64 * Mebi);
    private readonly NodeStore _store;
    private readonly DonationLedger _ledger;

    public DonationOnTmpfsTests()
    {
        _store = NodeStore.Open(_state, TimeProvider.System);
        _ledger = new DonationLedger(
            _store.Donations, NodeId.Of("self"u8), _state, new LinuxVolumes(), TimeProvider.System);
    }

    public void Dispose()
    {
        _store.Dispose();
        _volume.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public void Donate_MoreThanTheVolume_IsRefusedAndLeavesNothing()
    {
        var result = _ledger.Donate(64 * Mebi, _volume.At("d"));
        Assert.Equal(DonateOutcome.TooLargeForVolume, result.Outcome);
        Assert.Contains("67.1 MB", result.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_volume.Folder));
    }

    [Fact]
    public async Task Room_VolumeFillsUp_ShrinksToTheReserve()
    {
        var donation = _ledger.Donate(60 * Mebi, _volume.At("d")).Donation!;
        var reserve = 64 * Mebi / 50;
        Assert.Equal(reserve, donation.ReserveBytes);
        var before = _ledger.Look(donation.Id)!;
        Assert.InRange(before.RoomBytes, 59 * Mebi, 60 * Mebi);

        File.WriteAllBytes(_volume.At("the owner's own"), new byte[40 * Mebi]);
        var squeezed = _ledger.Look(donation.Id)!;
        Assert.Equal(squeezed.VolumeFreeBytes - reserve, squeezed.RoomBytes);
        Assert.InRange(squeezed.RoomBytes, 21 * Mebi, 23 * Mebi);

        File.WriteAllBytes(_volume.At("d", "models", "w"), new byte[8 * Mebi]);
        Assert.InRange((await _ledger.RecountAsync(donation.Id, CancellationToken.None))!.Value, 8 * Mebi, 9 * Mebi);
        Assert.InRange(_ledger.Look(donation.Id)!.RoomBytes, 13 * Mebi, 15 * Mebi);
    }

    [Fact]
    public void Look_VolumeUnmountedAndEmptyAgain_IsAwayAndTheMountPointStaysClean()
    {
        var donation = _ledger.Donate(10 * Mebi, _volume.Folder).Donation!;
        Assert.Equal(DonationState.Present, _ledger.Look(donation.Id)!.State);

        _volume.Unmount();
        var status = _ledger.Look(donation.Id)!;
        Assert.Equal(DonationState.Away, status.State);
        Assert.Contains("not mounted", status.Reason, StringComparison.Ordinal);
        Assert.Null(_ledger.TryReserve(donation.Id, 1));
        Assert.Equal(DonateOutcome.Away, _ledger.Donate(5 * Mebi, _volume.Folder).Outcome);
        Assert.Empty(Directory.GetFileSystemEntries(_volume.Folder));

        _volume.Mount();
        Assert.Equal(DonationState.Away, _ledger.Look(donation.Id)!.State);
        Assert.Empty(Directory.GetFileSystemEntries(_volume.Folder));
    }

    [Fact]
    public void Look_VolumeReadOnly_IsAwayWithTheReason()
    {
        var donation = _ledger.Donate(10 * Mebi, _volume.At("d")).Donation!;
        _volume.RemountReadOnly();
        var status = _ledger.Look(donation.Id)!;
        Assert.Equal(DonationState.Away, status.State);
        Assert.Contains("Read-only file system", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Donate_ReadOnlyVolume_IsRefused()
    {
        _volume.RemountReadOnly();
        var result = _ledger.Donate(10 * Mebi, _volume.At("d"));
        Assert.Equal(DonateOutcome.NotWritable, result.Outcome);
        Assert.Contains("Read-only file system", result.Message, StringComparison.OrdinalIgnoreCase);
    }
}
