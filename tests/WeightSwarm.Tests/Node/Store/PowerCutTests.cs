using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

/// <summary>What is in doubt after the power failed, and after what else it is not.</summary>
public sealed class PowerCutTests : IDisposable
{
    private const long Start = 1_800_000_000_000, Minute = 60_000;

    private static readonly LocalModelKey
        Donated = new(Hash256.Of("a"u8), "/d/models/a"), InPlace = new(Hash256.Of("b"u8), "/home/me/b");
    private static readonly Donation Donation = new(Guid.NewGuid(), "/d", 10, 1, 5, Returning: false);

    private readonly TempFolder _folder = new();
    private readonly StandingTime _time = new(Start);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_AfterAPowerCut_DoubtsWhatWasVerifiedInTheLastTenMinutes()
    {
        using var left = Crash(Run);
        using var store = NodeStore.Open(left.Root, _time, "second");

        Assert.Equal(2, store.InDoubt);
        Assert.Equal(SliceSet.Of([0]), store.Models.Find(Donated)!.Verified);
        Assert.Equal([1, 2], store.Scrubs.Doubted(Donated));
        // An owner's files stay; they are read before all others.
        Assert.Equal(SliceSet.Of([7]), store.Models.Find(InPlace)!.Verified);
        Assert.Empty(store.Scrubs.Doubted(InPlace));
        Assert.Equal(
            [(Donated, 0, null), (InPlace, 7, 0L)],
            store.Scrubs.Reads().OrderBy(r => r.Slice).Select(r => (r.Key, r.Slice, r.ReadMs)));
    }

    [Fact]
    public void Open_AfterTheProcessWasKilled_DoubtsNothing()
    {
        using var left = Crash(Run);
        using var store = NodeStore.Open(left.Root, _time, "first");

        Assert.Equal(0, store.InDoubt);
        Assert.Equal(SliceSet.Of([0, 1, 2]), store.Models.Find(Donated)!.Verified);
    }

    [Fact]
    public void Open_AfterACleanEndAndARestartOfTheSystem_DoubtsNothing()
    {
        using (var store = NodeStore.Open(_folder.Root, _time, "first")) Run(store);
        using var again = NodeStore.Open(_folder.Root, _time, "second");

        Assert.Equal(0, again.InDoubt);
        Assert.Equal(SliceSet.Of([0, 1, 2]), again.Models.Find(Donated)!.Verified);
    }

    [Fact]
    public void Open_KilledAfterAPowerCut_StillDoubts()
    {
        using var left = Crash(Run);
        using var store = NodeStore.Open(left.Root, _time, "second");
        using var again = StoreFiles.CopyOf(left);
        using var third = NodeStore.Open(again.Root, _time, "second");

        Assert.Equal(0, third.InDoubt);
        Assert.Equal([1, 2], third.Scrubs.Doubted(Donated));
        Assert.Equal(SliceSet.Of([0]), third.Models.Find(Donated)!.Verified);
    }

    /// <summary>A system that does not say which run of it this is may have been started anew.</summary>
    [Fact]
    public void Open_OfASystemWithoutAName_TakesEachCrashForAPowerCut()
    {
        using var left = Crash(Run, boot: "");
        using var store = NodeStore.Open(left.Root, _time, "");

        Assert.Equal(2, store.InDoubt);
    }

    [Fact]
    public void Open_AfterTheClockWasAhead_DoubtsWhatWasVerifiedThen()
    {
        using var left = Crash(store =>
        {
            Run(store);
            _time.UnixMs = Start + 365L * 24 * 60 * Minute;
            store.Models.MarkSliceVerified(Donated, 3);
            _time.UnixMs = Start + 60 * Minute;
        });
        using var again = NodeStore.Open(left.Root, _time, "second");

        Assert.Equal([1, 2, 3], again.Scrubs.Doubted(Donated));
    }

    /// <summary>Slice 0 long before the end; 1 just within ten minutes of the last one; in place as late.</summary>
    private void Run(NodeStore store)
    {
        store.Donations.Save(Donation);
        store.Models.Add(Donated, Donation.Id, []);
        store.Models.Add(InPlace, donation: null, []);
        store.Models.MarkSliceVerified(Donated, 0);
        _time.UnixMs = Start + Minute;
        store.Models.MarkSliceVerified(Donated, 1);
        _time.UnixMs = Start + 11 * Minute;
        store.Models.MarkSliceVerified(Donated, 2);
        store.Models.MarkSliceVerified(InPlace, 7);
        _time.UnixMs = Start + 60 * Minute;
    }

    private TempFolder Crash(Action<NodeStore> run, string boot = "first")
    {
        using var store = NodeStore.Open(_folder.Root, _time, boot);
        run(store);
        return StoreFiles.CopyOf(_folder);
    }
}
