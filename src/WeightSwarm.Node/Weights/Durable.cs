namespace WeightSwarm.Node.Weights;

/// <summary>Makes files and folders outlive a power cut: fsync(2).</summary>
public static class Durable
{
    /// <summary>Returns once the bytes of a file are on the disk.</summary>
    /// <exception cref="IOException">The system could not write them, or the file cannot be opened.</exception>
    public static void FlushFile(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Returns once the names in a folder are on the disk.</summary>
    /// <exception cref="IOException">The system could not write them, or the folder cannot be opened.</exception>
    public static void FlushFolder(string path)
    {
        var error = LinuxFiles.FlushFolder(path);
        // Some filesystems (of user space and network) cannot flush a folder; they have nothing more to give.
        if (error is not (0 or LinuxFiles.Invalid))
            throw new IOException($"the folder '{path}' cannot be flushed: {LinuxFiles.Describe(error)}", error);
    }
}
