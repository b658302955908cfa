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

    private readonly Slot[] _slots = new Slot[Slots];
    private readonly ulong[] _used = new ulong[Slots / 64];
    private readonly PriorityQueue<Due, (long AtMs, long Order)> _far = new();
    private long _order;
    private int _near;

    /// <summary>What is due at one moment, as a list.</summary>
    private struct Slot
    {
        public Due? First { get; set; }
        public Due? Last { get; set; }
    }

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
        var number = (int)(due.AtMs & Mask);
        ref var slot = ref _slots[number];
        _used[number >> 6] |= 1UL << number;
        _near++;
        if (due.Rank < int.MaxValue && slot.First is not null)
        {
            PutByRank(due, ref slot);
            return;
        }
        if (slot.Last is { } last) last.Next = due;
        else slot.First = due;
        slot.Last = due;
    }

    private static void PutByRank(Due due, ref Slot slot)
    {
        Due? before = null;
        for (var at = slot.First; at is not null && at.Rank <= due.Rank; at = at.Next) before = at;
        due.Next = before is null ? slot.First : before.Next;
        if (before is null) slot.First = due;
        else before.Next = due;
        if (due.Next is null) slot.Last = due;
    }

    private Due Take(int number)
    {
        ref var slot = ref _slots[number];
        var due = slot.First!;
        slot.First = due.Next;
        due.Next = null;
        _near--;
        if (slot.First is not null) return due;
        slot.Last = null;
        _used[number >> 6] &= ~(1UL << number);
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
