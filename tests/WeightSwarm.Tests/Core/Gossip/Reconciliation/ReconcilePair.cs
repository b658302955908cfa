using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

/// <summary>Two nodes that reconcile with each other in memory, checking every limit on the way.</summary>
internal sealed class ReconcilePair
{
    private readonly Dictionary<Hash256, IndexItem> _known = [];
    private readonly Side _initiator = new();
    private readonly Side _responder = new();
    private ulong _session;

    public ReconcilePair(IEnumerable<IndexItem> first, IEnumerable<IndexItem> second)
    {
        foreach (IndexItem item in first) Give(_initiator, item);
        foreach (IndexItem item in second) Give(_responder, item);
    }

    public int Messages { get; private set; }

    public int Bytes { get; private set; }

    public int Rounds => _initiator.Reconciler.Rounds;

    public RecordIndex Initiator => _initiator.Index;

    public RecordIndex Responder => _responder.Index;

    public int LastPushed { get; private set; }

    public int LastWanted { get; private set; }

    /// <summary>Runs one session, moving what is pushed and wanted, and returns how it ended.</summary>
    public ReconcileOutcome Run()
    {
        (LastPushed, LastWanted) = (0, 0);
        Reconcile message = _initiator.Reconciler.Start(++_session, Salt(_session));
        while (true)
        {
            ReconcileStep answer = Handle(_responder, message, _initiator);
            Assert.True(answer.Reply!.Answer);
            ReconcileStep step = Handle(_initiator, answer.Reply, _responder);
            LastPushed += step.ToPush.Count + answer.ToWant.Count;
            LastWanted += step.ToWant.Count + answer.ToPush.Count;
            if (step.Outcome != ReconcileOutcome.Continue) return step.Outcome;
            message = step.Reply!;
        }
    }

    /// <summary>Runs sessions until one finds nothing left to compare; returns how many it took.</summary>
    public int RunUntilDone(int atMost)
    {
        for (int sessions = 1; sessions <= atMost; sessions++)
        {
            if (Run() == ReconcileOutcome.Done) return sessions;
        }
        throw new InvalidOperationException(
            $"after {atMost} sessions the sides have {Initiator.Count} and {Responder.Count} items and are not done");
    }

    public void AssertEqual(IEnumerable<IndexItem> expected)
    {
        List<IndexItem> sorted = [.. expected];
        sorted.Sort();
        Assert.Equal(sorted.Count, Initiator.Count);
        Assert.Equal(sorted.Count, Responder.Count);
        Assert.True(sorted.SequenceEqual(ItemsOf(Initiator)), "the initiator has other items than expected");
        Assert.True(sorted.SequenceEqual(ItemsOf(Responder)), "the responder has other items than expected");
    }

    public static byte[] Salt(ulong session) => FingerprintKey.DeriveSalt(new byte[32], session);

    public static List<IndexItem> ItemsOf(RecordIndex index)
    {
        var items = new List<IndexItem>((int)index.Count);
        for (long i = 0; i < index.Count; i++) items.Add(index.At(i));
        return items;
    }

    private Reconcile Count(Reconcile message)
    {
        int size = new Frame { Reconcile = message }.CalculateSize();
        Assert.InRange(size, 1, 64 * 1024);
        Assert.InRange(message.Ranges.Count, 0, ReconcileLimits.MaxRanges);
        Messages++;
        Bytes += size;
        return Reconcile.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(message));
    }

    private ReconcileStep Handle(Side side, Reconcile message, Side peer)
    {
        long most = 2 * side.Index.Count;
        ReconcileStep step = side.Reconciler.Handle(Count(message));
        Assert.True(step.Outcome != ReconcileOutcome.Malformed, step.Reason);
        Assert.InRange(step.ItemsRead, 0, most);
        Assert.InRange(step.ToPush.Count, 0, ReconcileLimits.MaxPushPerStep);
        foreach (Hash256 id in step.ToPush) Give(peer, _known[id]);
        foreach (Hash256 id in step.ToWant) Give(side, _known[id]);
        return step;
    }

    private void Give(Side side, IndexItem item)
    {
        Assert.True(side.Index.Add(item), $"{item} was moved although it was there");
        _known[item.Id] = item;
    }

    private sealed class Side
    {
        public Side() => Reconciler = new Reconciler(Index);

        public RecordIndex Index { get; } = new();

        public Reconciler Reconciler { get; }
    }
}
