using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.IntegrationTests.Donations;

public sealed class AtomicFileTests
{
    /// <summary>The words for it depend on the error's number, which not every call of the framework keeps.</summary>
    [Fact]
    public void Write_OntoAFullVolume_IsToldAsThat_AndLeavesNothing()
    {
        using var volume = new TmpfsVolume(2 * ModelFolder.MiB);
        File.WriteAllBytes(volume.At("kept"), [1]);
        Assert.ThrowsAny<IOException>(() => File.WriteAllBytes(volume.At("filler"), new byte[4 * ModelFolder.MiB]));
        var failed = Assert.ThrowsAny<IOException>(() => AtomicFile.Write(
            volume.At("kept"), new byte[64 << 10], UnixFileMode.UserRead | UnixFileMode.UserWrite, replace: true));
        Assert.True(DiskFaults.IsNoSpace(failed), $"{failed.HResult:x}: {failed.Message}");
        Assert.Equal([1], File.ReadAllBytes(volume.At("kept")));
        Assert.Equal(["filler", "kept"], Directory.GetFiles(volume.Folder).Select(Path.GetFileName).Order());
    }
}
