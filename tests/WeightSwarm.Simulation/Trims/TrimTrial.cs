using System.Collections.Immutable;
using System.Runtime.InteropServices;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Trims;

/// <summary>
/// All holders of one slice decide at about the same time whether to give it up. The trial moves intents, holdings and
/// challenges between them with the hazards of its setting, runs the product's rule in each, and counts what is left.
/// </summary>
internal sealed class TrimTrial
{
    private const long Never = long.MaxValue;

    private static readonly ImmutableArray<ReleaseHolder> _public =
        [.. Enumerable.Range(0, 64).Select(n => new ReleaseHolder(IdOf(n), [], Counts: true))];

    private readonly TrimSetting _setting;
    private readonly SplitMix64 _random;
    private readonly TrimHolder[] _holders;
    private readonly long[,] _delays;
    private readonly PriorityQueue<Action, (long AtMs, int Order)> _events = new();
    private readonly long _cutFromMs = Never, _cutToMs = Never;
    private long _now;
    private int _order, _fewest, _released;

    public TrimTrial(TrimSetting setting, ulong seed)
    {
        _setting = setting;
        _random = new SplitMix64(SplitMix64.Mix(seed));
        var count = setting.Copies + ReleaseRule.TrimMargin + 1 + (int)_random.Below(setting.MostSurplus);
        _holders = new TrimHolder[count];
        for (var n = 0; n < count; n++) _holders[n] = Make(n);
        _delays = new long[count, count];
        for (var from = 0; from < count; from++)
            for (var to = 0; to < count; to++)
                _delays[from, to] = _random.Below(_random.Below(2) == 0 ? setting.DelayMs : 1 + setting.DelayMs / 50);
        if (_random.Below(100) < setting.PartitionPercent)
        {
            var waitMs = setting.Pace.ReleaseWaitMs;
            _cutFromMs = _random.Below(3 * waitMs) - waitMs;
            _cutToMs = _cutFromMs + 1 + _random.Below(2 * waitMs);
        }
        _fewest = Intact;
    }

    private int Intact => _holders.Count(h => h.Alive && h.Holds);

    public TrimOutcome Run()
    {
        // Of two drains the later needs N others only; where everybody trims, N + h.
        var wanted = _setting.Copies +
            (_holders.All(h => h.Reason == ReleaseReason.Trim) ? ReleaseRule.TrimMargin : 0);
        var floor = Math.Min(Intact, wanted);
        foreach (var holder in _holders.Where(h => h.Alive))
            At(_random.Below(_setting.StartMs + 1), () => Begin(holder));
        while (_events.TryDequeue(out var next, out var when) && when.AtMs <= _setting.HorizonMs)
        {
            _now = when.AtMs;
            next();
        }
        return new TrimOutcome(floor, _fewest, Intact, _released);
    }

    private TrimHolder Make(int number)
    {
        var id = _public[number].Node;
        return new TrimHolder
        {
            Number = number,
            Public = _public[number],
            Rule = new ReleaseRule(id, _setting.Pace, _random.Split()),
            Reason = _random.Below(100) < _setting.DrainPercent ? ReleaseReason.Drain : ReleaseReason.Trim,
            Alive = _random.Below(100) >= _setting.DeadPercent,
            Side = (int)_random.Below(2),
            ClockMs = _random.Below(_setting.SkewMs + 1),
            Release = new Release { Model = default, Slice = 0, Reason = ReleaseReason.Trim, DueMs = 0 },
        };
    }

    private void Begin(TrimHolder holder)
    {
        var delay = _random.Below(4) == 0 ? _random.Below(_setting.Pace.ReleaseJitterMs) : _random.Below(60_000);
        if (_setting.Rule == TrimRule.Naive)
        {
            At(_now + _random.Below(_setting.Pace.ReleaseJitterMs), () => DecideNaively(holder));
            return;
        }
        holder.Release = holder.Release with
        {
            Reason = holder.Reason,
            DueMs = holder.At(_now).MonotonicMs + delay,
        };
        Step(holder);
        At(_now + delay, () => Step(holder));
    }

    private void DecideNaively(TrimHolder holder)
    {
        var facts = FactsOf(holder);
        if (ReleaseRule.Seen(facts) >= facts.Needed(holder.Reason)) GiveUp(holder);
    }

    private void Step(TrimHolder holder)
    {
        if (!holder.Holds) return;
        var before = holder.Release.Phase;
        var (next, act) = holder.Rule.Next(holder.Release, FactsOf(holder), holder.At(_now));
        holder.Release = next;
        switch (act)
        {
            case ReleaseAct.Announce: holder.Intent = (_now, next.Ticket, Never); break;
            case ReleaseAct.Withdraw: holder.Intent = holder.Intent!.Value with { WithdrawnMs = _now }; break;
            case ReleaseAct.Ask:
                foreach (var asked in next.Asked) Challenge(holder, _holders.First(h => h.Public.Node == asked));
                break;
            case ReleaseAct.GiveUp:
                GiveUp(holder);
                return;
        }
        if (next.Phase != before) WakeAt(holder, next.DueMs);
        // Half way through the wait it looks again, as the product does at every tick.
        if (act == ReleaseAct.Announce) At(_now + _setting.Pace.ReleaseWaitMs / 2, () => Step(holder));
    }

    private void WakeAt(TrimHolder holder, long dueMs) =>
        At(Math.Max(_now, dueMs - holder.At(0).MonotonicMs), () => Step(holder));

    private void Challenge(TrimHolder asker, TrimHolder holder)
    {
        var ticket = asker.Release.Ticket;
        // An answer is true when it is given, and may be as old as the receipts may be when it is used.
        At(_now + _random.Below(_setting.Pace.ReceiptMs), () =>
        {
            if (!asker.Holds || asker.Release.Ticket != ticket) return;
            var reached = holder.Alive && Hears(asker, holder, _now);
            var outcome = !reached ? ReceiptOutcome.Offline
                : holder.Holds ? ReceiptOutcome.Proven : ReceiptOutcome.NotHeld;
            var named = reached && holder.Pending && _setting.Rule == TrimRule.Ticketed
                ? holder.Release.Ticket.IssuedMs : 0;
            var arrives = _now + _random.Below(Math.Max(1, DueOf(asker) - _now));
            At(arrives, () => Receive(asker, ticket, holder, outcome, named));
        });
    }

    private void Receive(
        TrimHolder asker, ReleaseTicket ticket, TrimHolder holder, ReceiptOutcome outcome, long named)
    {
        if (!asker.Holds || asker.Release.Ticket != ticket) return;
        asker.Release = ReleaseRule.Receive(asker.Release, holder.Public.Node, outcome, named);
        Step(asker);
    }

    private static long DueOf(TrimHolder holder) => holder.Release.DueMs - holder.At(0).MonotonicMs;

    private void GiveUp(TrimHolder holder)
    {
        holder.Holds = false;
        holder.GoneAtMs = _now;
        _released++;
        _fewest = Math.Min(_fewest, Intact);
    }

    private ReleaseFacts FactsOf(TrimHolder viewer)
    {
        var holders = new List<ReleaseHolder>(_holders.Length);
        var intents = new List<SliceIntent>();
        var reached = 0;
        foreach (var other in _holders)
        {
            if (other == viewer) continue;
            if (Hears(viewer, other, _now)) reached++;
            if (ArrivesAt(other, viewer, other.GoneAtMs) > _now) holders.Add(other.Public);
            if (other.Intent is not { } intent || ArrivesAt(other, viewer, intent.AtMs) > _now) continue;
            if (ArrivesAt(other, viewer, intent.WithdrawnMs) <= _now) continue;
            if (_now < intent.AtMs + _setting.Pace.IntentTtlMs) intents.Add(new SliceIntent(0, intent.Ticket));
        }
        var facts = new ReleaseFacts
        {
            Target = _setting.Copies,
            Holders = ImmutableCollectionsMarshal.AsImmutableArray(holders.ToArray()),
            Intents = ImmutableCollectionsMarshal.AsImmutableArray(intents.ToArray()),
            MonitorsCut = 2 * reached < _holders.Length - 1,
            Neighbours = reached,
        };
        return facts with { Wanted = ReleaseRule.Seen(facts) >= facts.Needed(viewer.Reason) };
    }

    private bool Hears(TrimHolder one, TrimHolder other, long atMs) =>
        one.Side == other.Side || atMs < _cutFromMs || atMs >= _cutToMs;

    /// <summary>When what one says at a time is known to another; across a partition after its end.</summary>
    private long ArrivesAt(TrimHolder from, TrimHolder to, long saidMs)
    {
        if (saidMs == Never) return Never;
        var arrives = saidMs + _delays[from.Number, to.Number];
        return Hears(from, to, arrives) ? arrives : _cutToMs + _delays[from.Number, to.Number];
    }

    private void At(long ms, Action action) => _events.Enqueue(action, (ms, _order++));

    private static NodeId IdOf(int number)
    {
        Span<byte> name = [(byte)number];
        return new NodeId(Hash256.Of(name));
    }
}
