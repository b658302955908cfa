using System.Diagnostics;
using System.Globalization;

namespace WeightSwarm.IntegrationTests.Donations;

/// <summary>A small volume of its own; needs root.</summary>
internal sealed class TmpfsVolume : IDisposable
{
    private readonly long _bytes;
    private bool _isMounted;

    internal TmpfsVolume(long bytes)
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Fail("this test mounts a tmpfs, which only root may do: run the integration tests as root");
        _bytes = bytes;
        Folder = Directory.CreateTempSubdirectory("weightswarm-tmpfs-").FullName;
        Mount();
    }

    internal string Folder { get; }

    internal string At(params string[] names) => Path.Combine([Folder, .. names]);

    internal void Mount()
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"size={_bytes}");
        Run("mount", "-t", "tmpfs", "-o", size, "none", Folder);
        _isMounted = true;
    }

    internal void Unmount()
    {
        Run("umount", Folder);
        _isMounted = false;
    }

    internal void RemountReadOnly() => Run("mount", "-o", "remount,ro", Folder);

    public void Dispose()
    {
        // Lazily: a failing test may still have files open.
        if (_isMounted) Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
    }
}
