using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class LocalModelStoreTests : IDisposable
{
    private static readonly Hash256 Model = Hash256.Of("model"u8);
    private static readonly LocalModelKey Here = new(Model, "/data/models/x"), There = new(Model, "/home/me/weights");
    private static readonly Donation Donated = new(Guid.NewGuid(), "/data", 10, 1, 5, Returning: false);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void List_ModelsInADonationAndInPlace_ComeBackAfterReopening()
    {
        var stamp = new FileStamp("a/b.safetensors", 1L << 40, 1_700_000_000_123_456_789, ulong.MaxValue);
        using (var store = StoreFiles.Open(_folder))
        {
            store.Donations.Save(Donated);
            store.Models.Add(Here, Donated.Id, []);
            store.Models.Add(There, null, [stamp]);
            store.Models.MarkSliceVerified(Here, 0);
            store.Models.MarkSliceVerified(Here, 9);
            store.Models.MarkSliceVerified(There, 3);
            store.Models.SaveResume(Here, new byte[] { 1, 2 });
        }

        using var again = StoreFiles.Open(_folder);
        var models = again.Models.List();
        Assert.Equal([Here, There], models.Select(m => m.Key));
        Assert.Equal([false, true], models.Select(m => m.InPlace));
        Assert.Equal(Donated.Id, models[0].Donation);
        Assert.Equal(SliceSet.Of([0, 9]), models[0].Verified);
        Assert.Equal(SliceSet.Of([3]), models[1].Verified);
        Assert.Empty(models[0].Files);
        Assert.Equal(stamp, Assert.Single(models[1].Files));
        Assert.Equal(SliceSet.Of([0, 9]), again.Models.Find(Here)!.Verified);
        Assert.Equal(stamp, Assert.Single(again.Models.Find(There)!.Files));
        Assert.Null(again.Models.Find(Here with { Folder = "/data/models" }));
        Assert.Equal([1, 2], again.Models.LoadResume(Here));
        Assert.Empty(again.Models.LoadResume(There));
    }

    [Fact]
    public void MarkSliceVerified_CrashRightAfter_IsKept()
    {
        using var store = StoreFiles.Open(_folder);
        store.Models.Add(There, null, []);
        for (var slice = 0; slice < 20; slice++)
        {
            store.Models.MarkSliceVerified(There, slice);
            if (slice % 3 == 2) store.Models.WithdrawSlice(There, slice - 1);
            using var crashed = StoreFiles.CopyOf(_folder);
            using var after = StoreFiles.Open(crashed);
            Assert.Equal(store.Models.List()[0].Verified, after.Models.List()[0].Verified);
        }
    }

    [Fact]
    public void Withdraw_Slices_ForgetsExactlyThose()
    {
        using var store = StoreFiles.Open(_folder);
        store.Models.Add(Here, null, []);
        store.Models.Add(There, null, []);
        foreach (var key in new[] { Here, There })
            for (var slice = 0; slice < 3; slice++)
                store.Models.MarkSliceVerified(key, slice);
        store.Models.WithdrawSlice(Here, 1);
        store.Models.WithdrawSlice(Here, 77);
        store.Models.WithdrawAll(There);
        Assert.Equal([SliceSet.Of([0, 2]), SliceSet.Empty], store.Models.List().Select(m => m.Verified));
    }

    [Fact]
    public void Add_ModelThatIsThere_KeepsSlicesAndReplacesStamps()
    {
        using var store = StoreFiles.Open(_folder);
        store.Models.Add(There, null, [new FileStamp("old", 1, 1, 1)]);
        store.Models.MarkSliceVerified(There, 4);
        store.Models.Add(There, null, [new FileStamp("new", 2, 2, 2)]);
        var model = Assert.Single(store.Models.List());
        Assert.Equal(SliceSet.Of([4]), model.Verified);
        Assert.Equal(["new"], model.Files.Select(f => f.Path));
        store.Models.SaveFiles(There, []);
        Assert.Empty(store.Models.List()[0].Files);
    }

    [Fact]
    public void Remove_Model_TakesAllThatIsKnownOfItAndNoOther()
    {
        using var store = StoreFiles.Open(_folder);
        store.Models.Add(Here, null, [new FileStamp("f", 1, 1, 1)]);
        store.Models.Add(There, null, []);
        store.Models.MarkSliceVerified(Here, 0);
        store.Models.Remove(Here);
        store.Models.Add(Here, null, []);
        var here = store.Models.List()[0];
        Assert.True(here.Verified.IsEmpty);
        Assert.Empty(here.Files);
        Assert.Equal(2, store.Models.List().Count);
    }

    [Fact]
    public void Change_UnknownModel_IsABug()
    {
        using var store = StoreFiles.Open(_folder);
        Assert.Throws<InvalidOperationException>(() => store.Models.MarkSliceVerified(Here, 0));
        Assert.Throws<InvalidOperationException>(() => store.Models.SaveResume(Here, new byte[1]));
        Assert.Throws<InvalidOperationException>(() => store.Models.SaveFiles(Here, []));
    }

    [Fact]
    public void DeleteDonation_WhileAModelLiesInIt_IsRefused()
    {
        using var store = StoreFiles.Open(_folder);
        store.Donations.Save(Donated);
        store.Models.Add(Here, Donated.Id, []);
        Assert.False(store.Donations.Delete(Donated.Id));
        Assert.Equal([Donated], store.Donations.List());
        store.Models.Remove(Here);
        Assert.True(store.Donations.Delete(Donated.Id));
        Assert.Empty(store.Donations.List());
    }
}
