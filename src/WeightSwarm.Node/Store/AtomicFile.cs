namespace WeightSwarm.Node.Store;

/// <summary>Files that are there whole or not at all, also after a power cut.</summary>
internal static class AtomicFile
{
    /// <summary>How temporary files end; what is left of them after a crash may be deleted.</summary>
    internal const string TemporarySuffix = ".tmp";

    /// <summary>Writes beside, syncs, renames, and syncs the folder, which must exist.</summary>
    /// <exception cref="IOException">The disk is full or faulty, or the file is there and must not be
    /// replaced.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode mode, bool replace)
    {
        var folder = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{TemporarySuffix}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            BufferSize = 0,
        };
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, replace);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        Posix.SyncFolder(folder);
    }
}
