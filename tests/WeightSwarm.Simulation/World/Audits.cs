using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Challenges of audits and their answers. An answer is what the holder's disk says at that moment: a slice that rotted
/// or was never there cannot be proved, and who claims it all the same sends other bytes. Nothing is hashed.
/// </summary>
internal sealed class Audits(SimWorld world)
{
    private const int ProofMs = 300, HashMs = 500;

    // Of its own, so that audits do not move the dice of anything else.
    private readonly SplitMix64 _random = new(world.Seed ^ 0x6175_6469_7473);

    /// <summary>Of a thousand challenges so many are lost on the way.</summary>
    public int LostPerMille { get; set; }

    /// <summary>Challenges answered so far, by how they ended.</summary>
    public SortedDictionary<ReceiptOutcome, long> Outcomes { get; } = [];

    /// <summary>Leaves that holders have shown.</summary>
    public long LeavesShown { get; private set; }

    /// <summary>Told of every challenge that ends.</summary>
    public Action<SimNode, CopyKey, ReceiptOutcome>? Ended { get; set; }

    public void Challenge(SimNode asker, CoreOutput.AskAudit ask)
    {
        var life = asker.Life;
        var (there, back) = (Way(), Way());
        world.In(there, () =>
        {
            var outcome = AnswerOf(asker, world.NodeOf(ask.Copy.Holder), ask.Copy);
            world.In(outcome == ReceiptOutcome.Offline ? ask.WithinMs - there : back, () =>
            {
                if (asker.Life == life) Tell(asker, ask, outcome);
            });
        });
    }

    private void Tell(SimNode asker, CoreOutput.AskAudit ask, ReceiptOutcome outcome)
    {
        Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
        if (outcome == ReceiptOutcome.Proven) LeavesShown += ask.Leaves;
        Ended?.Invoke(asker, ask.Copy, outcome);
        asker.Handle(new CoreInput.AuditEnded(
            ask.Copy, ask.Nonce, outcome, outcome == ReceiptOutcome.Failed ? "other bytes" : ""), EventKind.Audit);
    }

    private ReceiptOutcome AnswerOf(SimNode asker, SimNode holder, CopyKey copy)
    {
        if (!holder.Awake || !world.Net.Reaches(asker.Number, holder.Number) ||
            !holder.Disk.Reaches((copy.Model, copy.Slice)))
            return ReceiptOutcome.Offline;
        if (LostPerMille > 0 && (int)_random.Below(1000) < LostPerMille) return ReceiptOutcome.Offline;
        if (Outsourcers.Contains(holder.Number)) return Fetched(holder, copy.Model, copy.Slice);
        if (holder.Faults.IsHidden(copy.Model, copy.Slice)) return ReceiptOutcome.Failed;
        var held = holder.Disk.Has(copy.Model, copy.Slice) &&
            holder.Core.Held.TryGetValue(copy.Model, out var slices) && slices.Contains(copy.Slice);
        return held ? ReceiptOutcome.Proven : ReceiptOutcome.NotHeld;
    }

    /// <summary>Timed challenges answered so far, by how they ended.</summary>
    public SortedDictionary<TimedOutcome, long> Timed { get; } = [];

    /// <summary>These answer from the disks of others: rightly, and late.</summary>
    public SortedSet<int> Outsourcers { get; } = [];

    /// <summary>What one of them shows: any holder has it for them, the one who asks not excepted.</summary>
    public ReceiptOutcome Fetched(SimNode outsourcer, Core.Hash256 model, int slice) =>
        world.Oracle.Holders(model, slice).Any(n => world.Nodes[n].Awake && world.Net.Reaches(n, outsourcer.Number))
            ? ReceiptOutcome.Proven : ReceiptOutcome.NotHeld;

    /// <summary>Spans are not hashed either: whether the two disks have the same says it, and the time that it
    /// takes to fetch what is not there.</summary>
    public void Time(SimNode asker, CoreOutput.AskTimed ask)
    {
        var life = asker.Life;
        world.In(HashMs, () =>
        {
            var outcome = TimedOf(asker, world.NodeOf(ask.Copy.Holder), ask.Copy);
            world.In(outcome == TimedOutcome.Unknown ? ask.WithinMs : HashMs, () =>
            {
                if (asker.Life != life) return;
                Timed[outcome] = Timed.GetValueOrDefault(outcome) + 1;
                asker.Handle(new CoreInput.TimedEnded(ask.Copy, ask.Nonce, outcome), EventKind.Audit);
            });
        });
    }

    private TimedOutcome TimedOf(SimNode asker, SimNode holder, CopyKey copy)
    {
        if (!holder.Awake || !world.Net.Reaches(asker.Number, holder.Number)) return TimedOutcome.Unknown;
        if (!asker.Disk.Has(copy.Model, copy.Slice) || asker.Faults.IsHidden(copy.Model, copy.Slice))
            return holder.Disk.Has(copy.Model, copy.Slice) ? TimedOutcome.Different : TimedOutcome.Unknown;
        if (Outsourcers.Contains(holder.Number)) return TimedOutcome.Slow;
        if (holder.Faults.IsHidden(copy.Model, copy.Slice)) return TimedOutcome.Different;
        var held = holder.Disk.Has(copy.Model, copy.Slice) &&
            holder.Core.Held.TryGetValue(copy.Model, out var slices) && slices.Contains(copy.Slice);
        return held ? TimedOutcome.InTime : TimedOutcome.NotHeld;
    }

    private int Way() => 5 + (int)_random.Below(ProofMs);
}
