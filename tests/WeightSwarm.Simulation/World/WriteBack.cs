using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// How much of what one fetch has written is on the disk. A write goes into the kernel's pages; from there it reaches
/// the disk when somebody flushes the file, or by itself when it is half a minute old, as Linux does it
/// (vm.dirty_expire_centisecs). The end of the process takes nothing of it, that of the power all that is younger, and
/// some of that is torn: written in part, in any order.
/// </summary>
internal sealed class WriteBack(long onDisk)
{
    private const long AgeMs = 30_000;

    private readonly Queue<(long AtMs, long Bytes)> _fresh = new();
    private long _written = onDisk, _onDisk = onDisk;

    /// <summary>So many bytes are written by now, in all.</summary>
    public void Wrote(long nowMs, long bytes)
    {
        _written = bytes;
        _fresh.Enqueue((nowMs, bytes));
        Age(nowMs);
    }

    /// <summary>What the kernel has.</summary>
    public long Written => _written;

    /// <summary>What is right after a power cut: what was on the disk, and any part of the rest.</summary>
    public long Torn(long nowMs, SplitMix64 random)
    {
        Age(nowMs);
        return _onDisk + random.Below(_written - _onDisk + 1);
    }

    private void Age(long nowMs)
    {
        while (_fresh.TryPeek(out var oldest) && nowMs - oldest.AtMs >= AgeMs) _onDisk = _fresh.Dequeue().Bytes;
    }
}

/// <summary>
/// The cache of a disk that says flushed and is not: for some minutes, what it was told to flush can still be lost with
/// the power.
/// </summary>
internal sealed class LyingCache
{
    private const long AgeMs = 5 * 60_000;

    private readonly Queue<(long AtMs, Action Undo)> _said = new();

    /// <summary>So much may be lost.</summary>
    public int Count(long nowMs)
    {
        Age(nowMs);
        return _said.Count;
    }

    /// <summary>It said that something is written, and this is how to lose it.</summary>
    public void Said(long nowMs, Action undo)
    {
        Age(nowMs);
        _said.Enqueue((nowMs, undo));
    }

    /// <summary>The power goes: each file is lost or not, whatever the others are.</summary>
    public void LoseAny(long nowMs, SplitMix64 random)
    {
        Age(nowMs);
        foreach (var (_, undo) in _said)
            if (random.Below(2) == 0)
                undo();
        _said.Clear();
    }

    /// <summary>
    /// The power goes: all from some moment on is lost, as of a log that is read up to its first gap. The newest is
    /// undone first.
    /// </summary>
    public void LoseEnd(long nowMs, SplitMix64 random)
    {
        Age(nowMs);
        var kept = (int)random.Below(_said.Count + 1);
        foreach (var (_, undo) in _said.Skip(kept).Reverse()) undo();
        _said.Clear();
    }

    private void Age(long nowMs)
    {
        while (_said.TryPeek(out var oldest) && nowMs - oldest.AtMs >= AgeMs) _said.Dequeue();
    }
}
