namespace WeightSwarm.Node.Donations;

/// <summary>
/// The running account of one donation: counted once from the disk, then carried on by what is written and deleted.
/// May be used from any thread.
/// </summary>
internal sealed class DonationAccount(Guid donation)
{
    private readonly Lock _lock = new();
    private long _used;
    private long _reserved;
    private long _addedDuringCount;
    private int _counts;
    private TimeSpan _pause, _pausedUntil;

    internal Guid Donation { get; } = donation;

    /// <summary>Whether the disk was counted since the start, or since the donation came back.</summary>
    internal bool Counted { get; private set; }

    /// <summary>The device that the donation lay on when it was first present in this run; null before that.</summary>
    internal ulong? Device { get; private set; }

    internal long UsedBytes
    {
        get { lock (_lock) return Math.Max(0, _used); }
    }

    internal long ReservedBytes
    {
        get { lock (_lock) return _reserved; }
    }

    /// <summary>
    /// A write was refused: the donation rests from <paramref name="now"/> on, each time twice as long as before. What
    /// fails while it rests was begun before, and changes nothing.
    /// </summary>
    internal void Pause(TimeSpan now, TimeSpan first, TimeSpan longest)
    {
        lock (_lock)
        {
            if (now < _pausedUntil) return;
            _pause = _pause == TimeSpan.Zero ? first : _pause * 2 < longest ? _pause * 2 : longest;
            _pausedUntil = now + _pause;
        }
    }

    /// <summary>A write went well.</summary>
    internal void EndPause()
    {
        lock (_lock) _pause = _pausedUntil = TimeSpan.Zero;
    }

    /// <summary>For how long it rests yet; zero or less for not at all.</summary>
    internal TimeSpan PauseLeft(TimeSpan now)
    {
        lock (_lock) return _pausedUntil - now;
    }

    internal void Move(long used, long reserved)
    {
        lock (_lock)
        {
            _used += used;
            _reserved += reserved;
            if (_counts > 0) _addedDuringCount += Math.Max(0, used);
        }
    }

    /// <summary>Whether this is the device of before; the first one seen in a run is.</summary>
    internal bool IsOn(ulong device)
    {
        lock (_lock)
        {
            Device ??= device;
            return Device == device;
        }
    }

    /// <summary>The owner says that the donation lies on this device from now on.</summary>
    internal void MoveTo(ulong device)
    {
        lock (_lock)
        {
            if (Device != device) Counted = false;
            Device = device;
        }
    }

    /// <summary>The disk has to be counted again before the account is used: the donation was away.</summary>
    internal void Distrust()
    {
        lock (_lock) Counted = false;
    }

    /// <summary>
    /// Counts the disk. What is added while counting is added on top, as it may not have been seen: too much for a
    /// while rather than too little.
    /// </summary>
    internal long Recount(string path, CancellationToken cancellation)
    {
        lock (_lock)
            if (_counts++ == 0)
                _addedDuringCount = 0;
        long? counted = null;
        try
        {
            counted = DonationFolder.CountBytes(path, cancellation);
        }
        finally
        {
            lock (_lock)
            {
                _counts--;
                if (counted is { } bytes)
                {
                    _used = bytes + _addedDuringCount;
                    Counted = true;
                }
            }
        }
        return UsedBytes;
    }
}
