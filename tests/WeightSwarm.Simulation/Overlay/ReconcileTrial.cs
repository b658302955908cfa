using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>What comparing two sets costs: of equal ones, and when one side has missed the newest. The records
/// themselves are not counted, nor are the frames' own costs.</summary>
internal static class ReconcileTrial
{
    private const uint Today = 20_800;

    public static void Run(ulong seed, int records, SortedDictionary<string, long> figures)
    {
        var random = new SplitMix64(seed);
        // As leases are: all renewed within a day. And as a catalogue is: a little on each of a thousand days.
        foreach (var (name, days) in new[] { ("leases", 2), ("catalogue", 1_000) })
        {
            var (ours, theirs) = (new RecordIndex(), new RecordIndex());
            for (var i = 0; i < records; i++)
            {
                var item = Item(random, Today - (uint)random.Below(days));
                ours.Add(item);
                theirs.Add(item);
            }
            figures[$"{name}: equal, bytes"] = Compare(ours, theirs).Bytes;
            figures[$"{name}: still equal, bytes"] = CompareTwice(ours, theirs);
            var missed = 0;
            foreach (var goal in new[] { 100, 1_000, Math.Max(2_000, records / 10) })
            {
                // What was said on the day that the other side was away.
                for (; missed < goal; missed++) ours.Add(Item(random, Today + 1));
                Say(figures, $"{name}: a day with {goal} missed", Compare(ours, theirs), goal);
            }
            for (var i = 0; i < 100; i++) theirs.Add(Item(random, Today - (uint)random.Below(days)));
            // As when a few renewals were lost among many.
            var scattered = new RecordIndex();
            for (long at = 0; at < theirs.Count; at++) scattered.Add(theirs.At(at));
            for (var i = 0; i < 100; i++) scattered.Remove(theirs.At(random.Below(theirs.Count)));
            Say(figures, $"{name}: 100 missed anywhere", Compare(theirs, scattered), 100);
        }
    }

    private static void Say(
        SortedDictionary<string, long> figures, string name, (long Bytes, int Messages) cost, int missed)
    {
        figures[$"{name}, bytes"] = cost.Bytes;
        figures[$"{name}, bytes per record"] = cost.Bytes / missed;
        figures[$"{name}, messages"] = cost.Messages;
    }

    private static IndexItem Item(SplitMix64 random, uint day)
    {
        var id = new byte[32];
        random.Fill(id);
        return new IndexItem(day, new Hash256(id));
    }

    private static long CompareTwice(RecordIndex ours, RecordIndex theirs)
    {
        var (initiator, responder) = (new Reconciler(ours), new Reconciler(theirs));
        Exchange(initiator, responder, 1);
        return Exchange(initiator, responder, 2).Bytes;
    }

    private static (long Bytes, int Messages) Compare(RecordIndex ours, RecordIndex theirs)
    {
        var (initiator, responder) = (new Reconciler(ours), new Reconciler(theirs));
        var (bytes, messages) = (0L, 0);
        // As many sessions as it takes.
        for (ulong session = 1; ; session++)
        {
            var (more, some) = Exchange(initiator, responder, session);
            (bytes, messages) = (bytes + more, messages + some);
            if (!initiator.IsOpen) return (bytes, messages);
        }
    }

    private static (long Bytes, int Messages) Exchange(Reconciler initiator, Reconciler responder, ulong session)
    {
        var message = initiator.Start(session, FingerprintKey.DeriveSalt(new byte[32], session));
        var (bytes, messages) = (0L, 0);
        while (true)
        {
            (bytes, messages) = (bytes + message.CalculateSize(), messages + 1);
            var answer = responder.Handle(message);
            (bytes, messages) = (bytes + answer.Reply!.CalculateSize(), messages + 1);
            var step = initiator.Handle(answer.Reply);
            bytes += 32L * (step.ToWant.Count + answer.ToWant.Count);
            if (step.Reply is null) return (bytes, messages);
            message = step.Reply;
        }
    }
}
