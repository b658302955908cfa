using WeightSwarm.Node.Scrub;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>Reads like the daemon, but for the files that the disk does not give.</summary>
internal sealed class FaultyReader(Faults faults) : IScrubReader
{
    private const int InputOutput = 5; // EIO

    private readonly DiskReader _disk = new();

    public (PathContent Content, long Bytes) Look(string path, bool followLinks) => _disk.Look(path, followLinks);

    public IScrubFile Open(string path, bool followLinks) =>
        new FaultyFile(_disk.Open(path, followLinks), path, faults);

    private sealed class FaultyFile(IScrubFile file, string path, Faults faults) : IScrubFile
    {
        public ReadOnlySpan<byte> Read(long offset, int most) => Path.GetFileName(path) == faults.Unreadable
            ? throw new IOException($"Input/output error: '{path}'", InputOutput)
            : file.Read(offset, most);

        public void Dispose() => file.Dispose();
    }
}
