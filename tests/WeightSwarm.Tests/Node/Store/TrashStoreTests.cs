using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class TrashStoreTests : IDisposable
{
    private static readonly LocalModelKey _key = new(Hash256.Of("model"u8), "/donation/models/m");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private NodeStore Open() => StoreFiles.Open(_folder);

    private NodeStore WithSlices(params int[] slices)
    {
        var store = Open();
        store.Models.Add(_key, donation: null, []);
        foreach (var slice in slices) store.Models.MarkSliceVerified(_key, slice);
        return store;
    }

    [Fact]
    public void Put_VerifiedSlice_MovesItAndKeepsWhy()
    {
        using (var store = WithSlices(1, 2))
            Assert.True(store.Trash.Put(_key, 2, ReleaseReason.Shrink, copiesLeft: 4, unproven: true));
        using var again = Open();
        Assert.Equal(SliceSet.Of([1]), Assert.Single(again.Models.List()).Verified);
        Assert.Equal(SliceSet.Of([2]), again.Trash.Of(_key));
        var item = Assert.Single(again.Trash.List());
        Assert.Equal((ReleaseReason.Shrink, 4, true, false),
            (item.Reason, item.CopiesLeft, item.Unproven, item.Emptying));
    }

    [Fact]
    public void Put_SliceThatIsNotVerified_DoesNothing()
    {
        using var store = WithSlices(1);
        Assert.False(store.Trash.Put(_key, 2, ReleaseReason.Drain, 2, unproven: false));
        Assert.Empty(store.Trash.List());
    }

    [Fact]
    public void TakeBack_WholeSlice_IsVerifiedAgain()
    {
        using var store = WithSlices(1);
        store.Trash.Put(_key, 1, ReleaseReason.Trim, 5, unproven: false);
        Assert.True(store.Trash.TakeBack(_key, 1));
        Assert.Equal(SliceSet.Of([1]), Assert.Single(store.Models.List()).Verified);
        Assert.False(store.Trash.TakeBack(_key, 1));
    }

    [Fact]
    public void TakeBack_SliceBeingEmptied_IsRefusedAndForgottenOnlyWhenEmptied()
    {
        using var store = WithSlices(1, 2);
        store.Trash.Put(_key, 1, ReleaseReason.Trim, 5, unproven: false);
        store.Trash.BeginEmptying(_key, [1]);
        Assert.False(store.Trash.TakeBack(_key, 1));
        Assert.True(store.Trash.Of(_key).IsEmpty);
        Assert.True(Assert.Single(store.Trash.List()).Emptying);
        store.Trash.Emptied(_key, [1]);
        Assert.Empty(store.Trash.List());
    }

    [Fact]
    public void Emptied_SliceThatIsWhole_StaysInTheTrash()
    {
        using var store = WithSlices(1);
        store.Trash.Put(_key, 1, ReleaseReason.Trim, 5, unproven: false);
        store.Trash.Emptied(_key, [1]);
        Assert.Equal(SliceSet.Of([1]), store.Trash.Of(_key));
    }

    [Fact]
    public void Drain_SavedAndEnded_IsKeptOverRestarts()
    {
        using (var store = Open()) store.Drain.Save(new DrainOrder(5, 9));
        using (var store = Open())
        {
            Assert.Equal(new DrainOrder(5, 9), store.Drain.Get());
            store.Drain.Save(new DrainOrder(5, null));
            Assert.Equal(new DrainOrder(5, null), store.Drain.Get());
            store.Drain.Save(null);
        }
        using var last = Open();
        Assert.Null(last.Drain.Get());
    }
}
