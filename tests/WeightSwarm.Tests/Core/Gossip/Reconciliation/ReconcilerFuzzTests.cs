using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

public sealed class ReconcilerFuzzTests
{
    private const int Messages = 100_000;
    private const ulong Seed = 21;
    private readonly RecordIndex _empty = new();

    [Fact]
    public void Handle_MutatedMessages_NeverThrowsAndNeverExceedsALimit()
    {
        var random = new SplitMix64(Seed);
        List<IndexItem> common = Items.Random(random, 150);
        RecordIndex ours = Items.Index([.. common, .. Items.Random(random, 40)]);
        List<byte[]> seeds = Seeds(Items.Index([.. common, .. Items.Random(random, 40)]), ours);
        var reconciler = new Reconciler(ours);
        int parsed = 0, malformed = 0;
        for (int i = 0; i < Messages; i++)
        {
            byte[] seed = seeds[(int)random.Below(seeds.Count)];
            Reconcile? message = random.Below(4) == 0
                ? TryParse(MutateBytes(random, seed))
                : MutateFields(random, Reconcile.Parser.ParseFrom(seed));
            if (message is null) continue;
            parsed++;
            if (message.Answer) message.Session = Reopen(reconciler);
            if (!HandleChecked(reconciler, message, ours, $"seed {Seed}, message {i}")) malformed++;
        }
        Assert.True(parsed > Messages / 2, $"only {parsed} of {Messages} mutated messages could be parsed");
        Assert.True(malformed > parsed / 20, $"only {malformed} of {parsed} messages were refused: too tame");
        Assert.True(malformed < parsed * 19 / 20, $"{malformed} of {parsed} messages were refused: none gets to work");
    }

    [Fact]
    public void Handle_MessagesFullOfRandomRanges_NeverExceedsALimit()
    {
        const ulong seed = 22;
        var random = new SplitMix64(seed);
        List<IndexItem> items = Items.Random(random, 20_000);
        RecordIndex index = Items.Index(items);
        items.Sort();
        for (int i = 0; i < 150; i++)
        {
            Reconcile message = FullMessage(random, items);
            Assert.True(HandleChecked(new Reconciler(index), message, index, $"seed {seed}, message {i}"), "refused");
        }
    }

    /// <summary>Up to 1,000 ranges that end at random items, each with a random legal body.</summary>
    private static Reconcile FullMessage(SplitMix64 random, List<IndexItem> items)
    {
        var message = new Reconcile { Salt = ByteString.CopyFrom(ReconcilePair.Salt(random.Next())) };
        var ends = new SortedSet<IndexItem>();
        for (long i = 1 + random.Below(1_000); i > 0; i--) ends.Add(items[(int)random.Below(items.Count)]);
        IndexItem at = default;
        foreach (IndexItem end in ends)
        {
            var range = new V1.Range { UntilDays = end.Day - at.Day, UntilId = ByteString.CopyFrom(end.Id.ToArray()) };
            if (random.Below(3) == 0) range.Skip = true;
            else if (random.Below(20) == 0) range.Ids = Bytes(random, 0, exactly: 32 * (int)random.Below(2));
            else range.Fingerprint = Bytes(random, 0, exactly: Fingerprint.Size);
            message.Ranges.Add(range);
            at = end;
        }
        return message;
    }

    private bool HandleChecked(Reconciler reconciler, Reconcile message, RecordIndex index, string seen)
    {
        ReconcileStep step;
        try
        {
            step = reconciler.Handle(message);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{seen}: {message}", failure);
        }
        Assert.True(step.ItemsRead <= 2 * index.Count, $"{seen}: read {step.ItemsRead} items");
        Assert.True(step.ToPush.Count <= index.Count, $"{seen}: pushes {step.ToPush.Count}");
        Assert.True(step.ToWant.Count <= 2_048, $"{seen}: wants {step.ToWant.Count}");
        if (step.Reply is { } reply)
        {
            Assert.True(reply.Ranges.Count <= ReconcileLimits.MaxRanges, $"{seen}: {reply.Ranges.Count} ranges");
            int size = reply.CalculateSize();
            Assert.True(size <= ReconcileLimits.MaxMessageBytes, $"{seen}: {size} bytes");
            reply.Answer = false;
            reply.Salt = ByteString.CopyFrom(ReconcilePair.Salt(1));
            ReconcileStep echoed = new Reconciler(_empty).Handle(reply);
            Assert.True(echoed.Outcome != ReconcileOutcome.Malformed, $"{seen}: own reply refused: {echoed.Reason}");
        }
        return step.Outcome != ReconcileOutcome.Malformed;
    }

    private static ulong Reopen(Reconciler reconciler)
    {
        if (!reconciler.IsOpen) reconciler.Start(5, ReconcilePair.Salt(5));
        return 5;
    }

    /// <summary>The messages of an honest session, and some of shapes that honest ones do not have.</summary>
    private static List<byte[]> Seeds(RecordIndex theirs, RecordIndex ours)
    {
        var initiator = new Reconciler(theirs);
        var responder = new Reconciler(ours);
        var seeds = new List<byte[]>();
        Reconcile? message = initiator.Start(1, ReconcilePair.Salt(1));
        while (message is not null)
        {
            seeds.Add(message.ToByteArray());
            message = (message.Answer ? initiator : responder).Handle(message).Reply;
        }
        var odd = new Reconcile { Salt = ByteString.CopyFrom(ReconcilePair.Salt(2)) };
        odd.Ranges.Add(new V1.Range { UntilDays = Items.Today, Ids = ByteString.Empty });
        odd.Ranges.Add(new V1.Range { UntilDays = 1, UntilId = ByteString.CopyFrom(1), Skip = true });
        odd.Ranges.Add(new V1.Range { Ids = ByteString.CopyFrom(ours.At(ours.Count - 1).Id.ToArray()) });
        seeds.Add(odd.ToByteArray());
        return seeds;
    }

    private static Reconcile MutateFields(SplitMix64 random, Reconcile message)
    {
        for (long edits = random.Below(3); edits >= 0; edits--)
        {
            if (random.Below(30) == 0) message.Salt = Bytes(random, 17);
            if (random.Below(30) == 0) message.Answer = !message.Answer;
            if (message.Ranges.Count == 0) continue;
            V1.Range range = message.Ranges[(int)random.Below(message.Ranges.Count)];
            switch (random.Below(9))
            {
                case 0: range.UntilDays = (uint)random.Next() >> (int)random.Below(32); break;
                case 1: range.UntilDays += (uint)random.Below(3) - 1; break;
                case 2: range.UntilId = Bytes(random, 34); break;
                case 3: range.Fingerprint = Bytes(random, random.Below(4) == 0 ? 14 : 0, exactly: 12); break;
                case 4: range.Ids = Bytes(random, 0, exactly: 32 * (int)random.Below(3)); break;
                case 5: range.Skip = random.Below(9) > 0; break;
                case 6: range.Ids = ByteString.Empty; break;
                case 7: message.Ranges.Remove(range); break;
                default: message.Ranges.Insert((int)random.Below(message.Ranges.Count), range.Clone()); break;
            }
        }
        return message;
    }

    private static ByteString Bytes(SplitMix64 random, int below, int exactly = 0)
    {
        var bytes = new byte[below > 0 ? random.Below(below) : exactly];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)random.Next();
        return ByteString.CopyFrom(bytes);
    }

    private static byte[] MutateBytes(SplitMix64 random, byte[] seed)
    {
        List<byte> bytes = [.. seed];
        for (long edits = random.Below(4); edits >= 0 && bytes.Count > 0; edits--)
        {
            int at = (int)random.Below(bytes.Count);
            switch (random.Below(6))
            {
                case 0: bytes[at] = (byte)random.Next(); break;
                case 1: bytes[at] ^= (byte)(1 << (int)random.Below(8)); break;
                case 2: bytes[at] = (byte)(bytes[at] + random.Below(3) - 1); break;
                case 3: bytes.Insert(at, (byte)random.Next()); break;
                case 4: bytes.RemoveAt(at); break;
                default:
                    int length = (int)Math.Min(random.Below(60), bytes.Count - at);
                    bytes.InsertRange((int)random.Below(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }
        return [.. bytes];
    }

    private static Reconcile? TryParse(byte[] bytes)
    {
        try
        {
            return Reconcile.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
