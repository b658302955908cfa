using System.Numerics;

namespace WeightSwarm.Simulation.World;

/// <summary>Something that is to happen at a moment of virtual time; in one schedule at most once at a time.</summary>
internal abstract class Due
{
    internal Due? Next { get; set; }
    internal long AtMs { get; set; }

    /// <summary>Ticks come before all else that is due at the same moment, in order of this; the rest has
    /// none.</summary>
    public virtual int Rank => int.MaxValue;

    public abstract void Run();
}

/// <summary>
/// Virtual time: what is to happen when. Things due at the same moment happen in the order they were planned,
/// after the ticks of that moment. What is
/// near stands in a wheel with a slot for each millisecond, where coming and going cost next to nothing; what is far
/// stands in a heap, and moves to the wheel before anything else can be planned for its slot.
/// </summary>
internal sealed class Schedule
{
    private const int Slots = 1 << 14, Mask = Slots - 1;

    private readonly Due?[] _first = new Due?[Slots], _last = new Due?[Slots];
    private readonly ulong[] _used = new ulong[Slots / 64];
    private readonly PriorityQueue<Due, (long AtMs, long Order)> _far = new();
    private long _order;
    private int _near;

    /// <summary>Milliseconds since the beginning of the world.</summary>
    public long NowMs { get; private set; }

    /// <summary>Things that are planned.</summary>
    public int Count => _near + _far.Count;

    public void In(long ms, Action action) => At(NowMs + Math.Max(0, ms), new Deed(action));

    public void At(long ms, Due due)
    {
        due.AtMs = Math.Max(NowMs, ms);
        if (due.AtMs - NowMs < Slots) PutNear(due);
        else _far.Enqueue(due, (due.AtMs, _order++));
    }

    /// <summary>
    /// Runs the next thing that is due by then; false, with the time set to then, when there is none.
    /// </summary>
    public bool Step(long untilMs)
    {
        var next = NextMs();
        if (next > untilMs)
        {
            if (untilMs > NowMs) Advance(untilMs);
            return false;
        }
        if (next > NowMs) Advance(next);
        Take((int)(next & Mask)).Run();
        return true;
    }

    private void Advance(long toMs)
    {
        NowMs = toMs;
        while (_far.TryPeek(out var due, out var when) && when.AtMs - NowMs < Slots)
        {
            _far.Dequeue();
            PutNear(due);
        }
    }

    private void PutNear(Due due)
    {
        var slot = (int)(due.AtMs & Mask);
        _used[slot >> 6] |= 1UL << slot;
        _near++;
        if (due.Rank < int.MaxValue && _first[slot] is not null)
        {
            PutByRank(due, slot);
            return;
        }
        if (_last[slot] is { } last) last.Next = due;
        else _first[slot] = due;
        _last[slot] = due;
    }

    private void PutByRank(Due due, int slot)
    {
        Due? before = null;
        for (var at = _first[slot]; at is not null && at.Rank <= due.Rank; at = at.Next) before = at;
        due.Next = before is null ? _first[slot] : before.Next;
        if (before is null) _first[slot] = due;
        else before.Next = due;
        if (due.Next is null) _last[slot] = due;
    }

    private Due Take(int slot)
    {
        var due = _first[slot]!;
        _first[slot] = due.Next;
        due.Next = null;
        _near--;
        if (_first[slot] is not null) return due;
        _last[slot] = null;
        _used[slot >> 6] &= ~(1UL << slot);
        return due;
    }

    private long NextMs()
    {
        if (_near == 0) return _far.TryPeek(out _, out var when) ? when.AtMs : long.MaxValue;
        var from = (int)(NowMs & Mask);
        var word = _used[from >> 6] & ulong.MaxValue << from;
        for (var at = from >> 6; ; word = _used[at = (at + 1) % _used.Length])
        {
            if (word == 0) continue;
            var slot = at << 6 | BitOperations.TrailingZeroCount(word);
            return NowMs + (slot - from & Mask);
        }
    }

    private sealed class Deed(Action action) : Due
    {
        public override void Run() => action();
    }
}
