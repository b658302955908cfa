namespace WeightSwarm.Node.Scrub;

/// <summary>What lies at a path.</summary>
public enum PathContent
{
    /// <summary>Nothing.</summary>
    Nothing,
    /// <summary>A regular file.</summary>
    File,
    /// <summary>Something else: a folder, a link where none is expected, a device.</summary>
    Other,
}

/// <summary>
/// How files are read to see whether they are right: from the disk, not from memory. One thread at a time. Every call
/// throws IOException (with the error number as HResult) or UnauthorizedAccessException when the system refuses.
/// </summary>
public interface IScrubReader
{
    /// <summary>What lies at a path, and how long it is.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="followLinks">A link counts as what it leads to: an owner's files may be links.</param>
    (PathContent Content, long Bytes) Look(string path, bool followLinks);

    /// <summary>Opens a file to read.</summary>
    IScrubFile Open(string path, bool followLinks);
}

/// <summary>A file that is being read.</summary>
public interface IScrubFile : IDisposable
{
    /// <summary>
    /// Reads at most <paramref name="most"/> bytes (at most <see cref="DiskReader.BlockBytes"/>) from an offset that is
    /// a multiple of a leaf; fewer only at the end of the file. Valid until the next read.
    /// </summary>
    ReadOnlySpan<byte> Read(long offset, int most);
}
