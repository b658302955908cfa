using WeightSwarm.Core;

namespace WeightSwarm.Node.Store;

/// <summary>How a read of content ended.</summary>
public enum ContentOutcome
{
    /// <summary>Here, and its hash is right.</summary>
    Found,
    /// <summary>Not here.</summary>
    Absent,
    /// <summary>
    /// It was here with a wrong hash; the file was moved to the quarantine and is absent from now on.
    /// </summary>
    Quarantined,
    /// <summary>The disk does not give it; it stays where it is.</summary>
    Unreadable,
}

/// <summary>The end of a read.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Bytes">The content when found; else null.</param>
/// <param name="Detail">What was wrong, for the log; empty when nothing was.</param>
public sealed record ContentRead(ContentOutcome Outcome, byte[]? Bytes, string Detail);

/// <summary>
/// Manifests and .torrents by their SHA-256, one file each: content/HH/HASH under the state folder. Written atomically,
/// and hashed again on every read, so that nothing unverified is served. May be called from any thread.
/// </summary>
public sealed class ContentStore
{
    private const UnixFileMode FileMode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly string _content;
    private readonly string _quarantine;

    internal ContentStore(string stateFolder)
    {
        _content = Path.Combine(stateFolder, "content");
        _quarantine = Path.Combine(stateFolder, "quarantine");
        Directory.CreateDirectory(_content);
        foreach (var folder in Directory.EnumerateDirectories(_content))
            foreach (var left in Directory.GetFiles(folder, ".*" + AtomicFile.TemporarySuffix))
                File.Delete(left);
    }

    /// <summary>Keeps the bytes, durably, and answers their hash. Repeatable.</summary>
    /// <exception cref="IOException">The disk is full or faulty.</exception>
    public Hash256 Put(ReadOnlySpan<byte> bytes)
    {
        var hash = Hash256.Of(bytes);
        var path = PathOf(hash);
        if (Read(hash).Outcome == ContentOutcome.Found) return hash;
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            Posix.SyncFolder(_content);
        }
        AtomicFile.Write(path, bytes, FileMode0640, replace: true);
        return hash;
    }

    /// <summary>The bytes of that hash, checked now.</summary>
    public ContentRead Read(Hash256 hash)
    {
        var path = PathOf(hash);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ContentRead(ContentOutcome.Absent, null, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ContentRead(ContentOutcome.Unreadable, null, $"{path}: {e.Message}");
        }
        return Hash256.Of(bytes) == hash ? new ContentRead(ContentOutcome.Found, bytes, "") : Quarantine(hash, path);
    }

    /// <summary>Size in bytes of what is stored under that hash, unchecked; null when nothing is.</summary>
    public long? SizeOf(Hash256 hash) =>
        FileFacts.Of(PathOf(hash)) is { Kind: FileKind.File } facts ? facts.Bytes : null;

    /// <summary>Removes the content; nothing happens when it is not here.</summary>
    public void Remove(Hash256 hash)
    {
        if (SizeOf(hash) is not null) File.Delete(PathOf(hash));
    }

    /// <summary>The hashes of everything stored, ascending, unchecked.</summary>
    public IReadOnlyList<Hash256> List()
    {
        var hashes = new List<Hash256>();
        foreach (var path in Directory.EnumerateFiles(_content, "*", SearchOption.AllDirectories))
            if (Hash256.TryParseHex(Path.GetFileName(path), out var hash))
                hashes.Add(hash);
        hashes.Sort();
        return hashes;
    }

    private string PathOf(Hash256 hash)
    {
        var name = hash.ToString();
        return Path.Combine(_content, name[..2], name);
    }

    private ContentRead Quarantine(Hash256 hash, string path)
    {
        Directory.CreateDirectory(_quarantine);
        var aside = Path.Combine(_quarantine, $"{hash}-{Guid.NewGuid():N}");
        try
        {
            File.Move(path, aside);
        }
        catch (FileNotFoundException)
        {
            // Another reader found the same damage and was first.
            return new ContentRead(ContentOutcome.Absent, null, "");
        }
        return new ContentRead(
            ContentOutcome.Quarantined, null, $"{path} did not match its hash and was moved to {aside}");
    }
}
