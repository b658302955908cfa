using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Scrub;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Donations;

public sealed class DonationRoomTests : IDisposable
{
    private const long Giga = 1_000_000_000;

    private readonly TempFolder _folder = new();
    private readonly TempFolder _disk = new();
    private readonly TempFolder _otherDisk = new();
    private readonly FakeVolumes _volumes = new();
    private readonly NodeStore _store;
    private readonly DonationLedger _ledger;

    public DonationRoomTests()
    {
        _store = StoreFiles.Open(_folder);
        _volumes.Add(_disk.Root, device: 1, total: 100 * Giga, free: 100 * Giga);
        _volumes.Add(_otherDisk.Root, device: 2, total: 100 * Giga, free: 100 * Giga);
        _ledger = new DonationLedger(_store.Donations, NodeId.Of("n"u8), _folder.Root, _volumes, StoreFiles.Time);
    }

    public void Dispose()
    {
        _store.Dispose();
        _disk.Dispose();
        _otherDisk.Dispose();
        _folder.Dispose();
    }

    private Donation Donate(long quota, string path) =>
        _ledger.Donate(quota, path).Donation ?? throw new InvalidOperationException($"{path} was refused");

    private long Room(Donation donation) => _ledger.Look(donation.Id)!.RoomBytes;

    /// <summary>What the empty folders of a new donation take.</summary>
    private long Base(Donation donation) => _ledger.Look(donation.Id)!.UsedBytes;

    [Fact]
    public void Room_QuotaBinds_CountsWhatIsUsedAndPromised()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var start = Room(donation);
        Assert.Equal(10 * Giga - Base(donation), start);

        _ledger.AddUsed(donation.Id, 2 * Giga);
        using var reservation = _ledger.TryReserve(donation.Id, 3 * Giga);
        Assert.Equal(start - 5 * Giga, Room(donation));
        Assert.Equal(3 * Giga, _ledger.Look(donation.Id)!.ReservedBytes);
    }

    [Fact]
    public void Refused_DonationRests_LongerEachTime_UntilAWriteGoesWell()
    {
        var time = new JumpingTime(StoreFiles.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var ledger = new DonationLedger(_store.Donations, NodeId.Of("n"u8), _folder.Root, _volumes, time);
        var donation = ledger.Donate(10 * Giga, _disk.At("a")).Donation!;
        var room = ledger.Look(donation.Id)!.RoomBytes;

        foreach (var (end, seconds) in new[] { (5, 5), (15, 10), (30, 15), (45, 15) })
        {
            ledger.Refused(donation.Id, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
            // What fails meanwhile was begun before.
            ledger.Refused(donation.Id, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
            time.Take(1000 * (seconds - 1));
            var rests = ledger.Look(donation.Id)!;
            Assert.True(rests.Rests, $"{end - 1} s");
            Assert.Equal((0, DonationState.Present), (rests.RoomBytes, rests.State));
            Assert.Contains("refused a write", rests.Reason, StringComparison.Ordinal);
            Assert.Null(ledger.TryReserve(donation.Id, 1));
            Assert.Null(ledger.Choose(1));
            time.Take(1000);
            Assert.Equal(room, ledger.Look(donation.Id)!.RoomBytes);
        }

        ledger.Accepted(donation.Id);
        ledger.Refused(donation.Id, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15));
        time.Take(5000);
        Assert.False(ledger.Look(donation.Id)!.Rests);
    }

    [Fact]
    public void Refused_OwnerDonatesAnew_IsBelieved()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        _ledger.Refused(donation.Id, TimeSpan.FromDays(1), TimeSpan.FromDays(1));
        Assert.Equal(0, Room(donation));
        Donate(10 * Giga, _disk.At("a"));
        Assert.True(Room(donation) > 0);
    }

    [Fact]
    public void Room_VolumeBinds_KeepsTheReserveFree()
    {
        var donation = Donate(50 * Giga, _disk.At("a"));
        _volumes.Change(1, v => v with { FreeBytes = 5 * Giga });
        Assert.Equal(3 * Giga, Room(donation));
        _volumes.Change(1, v => v with { FreeBytes = Giga });
        Assert.Equal(0, Room(donation));
    }

    [Fact]
    public void Room_TwoDonationsOnOneVolume_ShareItsFreeSpace()
    {
        var (a, b) = (Donate(40 * Giga, _disk.At("a")), Donate(40 * Giga, _disk.At("b")));
        var far = Donate(5 * Giga, _otherDisk.At("c"));
        _volumes.Change(1, v => v with { FreeBytes = 12 * Giga });
        var farBefore = Room(far);
        Room(b);

        using var reservation = _ledger.TryReserve(a.Id, 8 * Giga);

        Assert.NotNull(reservation);
        Assert.Equal(2 * Giga, Room(b));
        Assert.Null(_ledger.TryReserve(b.Id, 2 * Giga + 1));
        Assert.Equal(farBefore, Room(far));
    }

    [Fact]
    public void TryReserve_MoreThanTheRoom_IsRefusedAndTakesNothing()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var room = Room(donation);
        Assert.Null(_ledger.TryReserve(donation.Id, room + 1));
        Assert.Equal(room, Room(donation));
        using var all = _ledger.TryReserve(donation.Id, room);
        Assert.NotNull(all);
        Assert.Null(_ledger.TryReserve(donation.Id, 1));
        Assert.Null(_ledger.TryReserve(Guid.NewGuid(), 0));
    }

    [Fact]
    public void Reservation_WrittenThenGivenUp_KeepsOnlyWhatIsOnTheDisk()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var before = Room(donation);
        var reservation = _ledger.TryReserve(donation.Id, 4 * Giga)!;
        reservation.Written(Giga);
        reservation.Written(Giga / 2);
        Assert.Equal((before - 4 * Giga, 3 * Giga), (Room(donation), _ledger.Look(donation.Id)!.ReservedBytes));
        reservation.Dispose();
        reservation.Dispose();
        reservation.Written(4 * Giga);
        Assert.Equal((before - Giga, 0), (Room(donation), _ledger.Look(donation.Id)!.ReservedBytes));
    }

    [Fact]
    public void Reservation_Complete_BecomesUsed()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var before = _ledger.Look(donation.Id)!;
        var reservation = _ledger.TryReserve(donation.Id, 4 * Giga)!;
        reservation.Written(99 * Giga);
        reservation.Complete();
        var after = _ledger.Look(donation.Id)!;
        Assert.Equal((before.UsedBytes + 4 * Giga, 0), (after.UsedBytes, after.ReservedBytes));
    }

    [Fact]
    public void TryReserve_ManyThreads_NeverPromiseMoreThanTheRoom()
    {
        var donation = Donate(Giga, _disk.At("a"));
        var room = Room(donation);
        var size = room / 10;
        var given = 0;
        Parallel.For(0, 50, _ =>
        {
            if (_ledger.TryReserve(donation.Id, size) is not null) Interlocked.Increment(ref given);
        });
        Assert.Equal(10, given);
        Assert.Equal(room - 10 * size, Room(donation));
    }

    [Fact]
    public void Choose_SeveralDonations_PrefersWhereTheModelLiesThenTheMostRoom()
    {
        var (small, large) = (Donate(5 * Giga, _disk.At("s")), Donate(20 * Giga, _otherDisk.At("l")));
        Assert.Equal(large, _ledger.Choose(Giga));
        Assert.Equal(small, _ledger.Choose(Giga, [small.Id]));
        Assert.Equal(large, _ledger.Choose(6 * Giga, [small.Id]));
        Assert.Null(_ledger.Choose(20 * Giga));
        Assert.Equal(25 * Giga, _ledger.DonatedBytes);
        Assert.Equal(Room(large), _ledger.LargestRoomBytes());
    }

    [Fact]
    public async Task Recount_SparseAndLinkedFiles_CountTheirBlocksOnce()
    {
        var donation = Donate(10 * Giga, _disk.At("a"));
        var empty = Base(donation);
        var folder = DonationFolder.OfModel(donation.Path, Hash256.Of("m"u8));
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "full"), new byte[1 << 20]);
        using (var sparse = File.Create(Path.Combine(folder, "sparse"))) sparse.SetLength(5 * Giga);
        Directory.CreateDirectory(_disk.At("a", "trash", "deep"));
        File.WriteAllBytes(_disk.At("a", "trash", "deep", "old"), new byte[1 << 20]);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/");
        Link(Path.Combine(folder, "full"), Path.Combine(folder, "same"));
        _ledger.AddUsed(donation.Id, 77 * Giga);

        var used = await _ledger.RecountAsync(donation.Id, CancellationToken.None);

        Assert.InRange(used!.Value, empty + (2 << 20), empty + (2 << 20) + 256 * 1024);
        Assert.Equal(used, _ledger.Look(donation.Id)!.UsedBytes);
        Assert.Null(await _ledger.RecountAsync(Guid.NewGuid(), CancellationToken.None));
    }

    private static void Link(string existing, string name)
    {
        using var ln = System.Diagnostics.Process.Start("ln", [existing, name]);
        ln.WaitForExit();
        Assert.Equal(0, ln.ExitCode);
    }
}
