using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// Which files of one <c>add</c> are hashed already: those that an earlier run kept and that have the same stamp now,
/// and those that this run finishes. Small files are written together, since every write waits for the disk.
/// </summary>
internal sealed class IngestJournal
{
    private const long MostPendingBytes = 256L << 20;
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly IngestStore _store;
    private readonly IngestKey _key;
    private readonly Dictionary<string, IngestedFile> _kept;
    private readonly List<IngestedFile> _pending = [];
    private long _pendingBytes;
    private long _lastWrite = Environment.TickCount64;

    /// <summary>With what an earlier run kept under that key.</summary>
    public IngestJournal(IngestStore store, IngestKey key)
    {
        (_store, _key) = (store, key);
        _kept = store.Load(key).ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <summary>The hashes of a file that has not changed since they were made, or null.</summary>
    public IngestedFile? Find(ScannedFile file)
    {
        if (!_kept.TryGetValue(file.FullPath, out var kept)) return null;
        var stamp = (kept.Bytes, kept.ModifiedNs, kept.ChangedNs, kept.Inode);
        return stamp == (file.Bytes, file.Stamp.ModifiedNs, file.Stamp.ChangedNs, file.Stamp.Inode) ? kept : null;
    }

    /// <summary>Keeps a finished file, within two seconds of work or 256 MiB.</summary>
    public void Keep(IngestedFile file)
    {
        lock (_lock)
        {
            _pending.Add(file);
            _pendingBytes += file.Bytes;
            var late = Environment.TickCount64 - _lastWrite >= MostDelay.TotalMilliseconds;
            if (late || _pendingBytes >= MostPendingBytes) Flush();
        }
    }

    /// <summary>Writes what has not been written yet.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_pending.Count > 0) _store.Keep(_key, _pending);
            _pending.Clear();
            (_pendingBytes, _lastWrite) = (0, Environment.TickCount64);
        }
    }
}
