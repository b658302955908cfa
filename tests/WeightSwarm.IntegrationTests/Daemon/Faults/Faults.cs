using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>What an engine meets when it writes.</summary>
internal enum WriteFault
{
    None,
    /// <summary>EIO.</summary>
    Disk,
    /// <summary>ENOSPC.</summary>
    NoSpace,
}

/// <summary>What is wrong with the disk of one daemon now. Switched by a test, asked from any thread.</summary>
internal sealed class Faults
{
    private volatile WriteFault _write;
    private volatile Func<Exception>? _flush;
    private volatile string _unreadable = "";
    private volatile string _checking = "";
    private int _writesRefused, _flushesRefused;

    /// <summary>Every write of a piece that was fetched ends so.</summary>
    public WriteFault Write
    {
        get => _write;
        set => _write = value;
    }

    /// <summary>Every flush ends so; null: well.</summary>
    public Func<Exception>? Flush
    {
        get => _flush;
        set => _flush = value;
    }

    /// <summary>Reads of files of that name end with EIO; empty: none.</summary>
    public string Unreadable
    {
        get => _unreadable;
        set => _unreadable = value;
    }

    /// <summary>The engine has only begun to look at this torrent, and knows of none of its pieces; empty:
    /// none.</summary>
    public string Checking
    {
        get => _checking;
        set => _checking = value;
    }

    /// <summary>Tells the daemon of an event that the engine did not have; set by the engine that is read.</summary>
    public Action<TorrentEvent>? Tell { get; set; }

    /// <summary>How often a torrent was stopped by a write.</summary>
    public int WritesRefused => Volatile.Read(ref _writesRefused);

    /// <summary>How many flushes failed.</summary>
    public int FlushesRefused => Volatile.Read(ref _flushesRefused);

    public void CountWrite() => Interlocked.Increment(ref _writesRefused);

    public void CountFlush() => Interlocked.Increment(ref _flushesRefused);
}
