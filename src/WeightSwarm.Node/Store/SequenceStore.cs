using WeightSwarm.Core.Records;

namespace WeightSwarm.Node.Store;

/// <summary>
/// The sequence numbers of this node's own records: strictly growing, close to the wall clock, and never given twice,
/// not even after a crash. A block is reserved on disk before its first number is handed out, and a restart begins
/// above the reserved block. May be called from any thread.
/// </summary>
public sealed class SequenceStore : ISequence
{
    /// <summary>
    /// Numbers per write. As numbers follow the clock in milliseconds, this makes about one write a second at most, and
    /// a crash moves the numbers ahead of the clock by about a second at most; other nodes accept ten minutes.
    /// </summary>
    public const int Block = 1024;

    private readonly Database _database;
    private readonly Lock _lock = new();
    private long _last;
    private long _reserved; // every number below it may have been handed out

    internal SequenceStore(Database database)
    {
        _database = database;
        _reserved = database.Read(session => session.Scalar("SELECT reserved FROM sequence")) ?? 0;
        _last = Math.Max(0, _reserved - 1);
    }

    /// <summary>max(last + 1, <paramref name="unixMs"/>), on disk before it is returned.</summary>
    /// <exception cref="StoreException">It could not be written; no number was handed out.</exception>
    public ulong Next(long unixMs)
    {
        lock (_lock)
        {
            var next = Math.Max(checked(_last + 1), unixMs);
            if (next >= _reserved) Reserve(checked(next + Block));
            _last = next;
            return (ulong)next;
        }
    }

    /// <summary>
    /// Makes every later number larger than one of our own that came back from other nodes: after the state folder was
    /// restored from a backup.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Above 2^62: no number of ours.</exception>
    public void JumpAbove(ulong seq)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seq, 1UL << 62);
        lock (_lock)
        {
            if ((long)seq <= _last) return;
            if ((long)seq >= _reserved) Reserve((long)seq + 1);
            _last = (long)seq;
        }
    }

    private void Reserve(long reserved)
    {
        _database.Write(
            "INSERT INTO sequence (id, reserved) VALUES (1, $reserved) " +
            "ON CONFLICT DO UPDATE SET reserved = max(reserved, excluded.reserved)",
            ("$reserved", reserved));
        _reserved = reserved;
    }
}
