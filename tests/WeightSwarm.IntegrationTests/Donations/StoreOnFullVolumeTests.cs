using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.IntegrationTests.Donations;

/// <summary>What was kept stays kept when the volume of the state folder is full.</summary>
public sealed class StoreOnFullVolumeTests : IDisposable
{
    private readonly TmpfsVolume _volume = new(8 << 20);

    public void Dispose() => _volume.Dispose();

    [Fact]
    public void Write_VolumeFull_NamesTheFileAndLosesNothingOld()
    {
        using (var store = NodeStore.Open(_volume.Folder, TimeProvider.System))
        {
            store.Records.Upsert(Records(0, 100));
            var last = store.Sequence.Next(5_000_000);
            File.WriteAllBytes(_volume.At("filler"), new byte[5 << 20]);
            FillTheRest();

            var error = Assert.Throws<StoreException>(() => store.Records.Upsert(Records(100, 4_000)));
            Assert.Contains(_volume.At("weightswarm.db"), error.Message, StringComparison.Ordinal);
            Assert.Contains("free space", error.Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => store.Content.Put(new byte[1 << 20]));
            Assert.Throws<StoreException>(() => store.Sequence.Next(9_000_000));
            Assert.Equal(100, store.Records.Count());

            File.Delete(_volume.At("filler"));
            Assert.True(store.Sequence.Next(5_000_000) > last, "numbers go on after the failure");
            store.Records.Upsert(Records(100, 100));
            Assert.Empty(store.Content.List());
        }
        using var again = NodeStore.Open(_volume.Folder, TimeProvider.System);
        Assert.Equal(200, again.Records.Count());
    }

    [Fact]
    public void SaveKey_VolumeFull_LeavesNoHalfKey()
    {
        FillTheRest();
        Assert.Throws<IOException>(() => NodeKey.LoadOrCreate(_volume.At("node.key")));
        Assert.Equal(["rest"], Directory.GetFileSystemEntries(_volume.Folder).Select(Path.GetFileName));
    }

    private void FillTheRest()
    {
        using var rest = File.OpenWrite(_volume.At("rest"));
        var block = new byte[4096];
        try
        {
            while (true) rest.Write(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private static IEnumerable<StoredRecord> Records(int first, int count) => Enumerable.Range(first, count).Select(
        n => new StoredRecord(
            new RecordRegister(NodeId.Of(BitConverter.GetBytes(n)), Kind: 3, Subject: default), Seq: 1, ExpiresMs: 1,
            new byte[500]));
}
