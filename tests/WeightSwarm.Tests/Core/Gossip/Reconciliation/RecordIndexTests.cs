using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

public sealed class RecordIndexTests
{
    private static readonly BigInteger Prime = (BigInteger.One << 127) - 1;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RecordIndex_RandomAddsAndRemoves_AgreesWithASortedList(ulong seed)
    {
        var random = new SplitMix64(seed);
        var index = new RecordIndex();
        var model = new SortedSet<IndexItem>();
        foreach (int growth in new[] { 90, 10, 70, 2 })
        {
            for (int i = 0; i < 12_000; i++) Step(random, index, model, growth);
            Assert.Equal([.. model], ReconcilePair.ItemsOf(index));
        }
    }

    [Fact]
    public void RecordIndex_GrownAndEmptiedInOrder_EndsEmptyAndUsable()
    {
        List<IndexItem> items = Items.Random(new SplitMix64(4), 50_000);
        RecordIndex index = Items.Index(items);
        items.Sort();
        foreach (IndexItem item in items) Assert.True(index.Remove(item));
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Rank(RangeBound.End));
        Assert.True(index.Add(items[7]));
        Assert.Equal(items[7], index.At(0));
    }

    [Fact]
    public void Rank_OfEveryBound_CountsTheItemsBeforeIt()
    {
        List<IndexItem> items = Items.Random(new SplitMix64(5), 5_000);
        RecordIndex index = Items.Index(items);
        items.Sort();
        for (int i = 0; i < items.Count; i++)
        {
            Assert.Equal(i, index.Rank(RangeBound.Before(items[i])));
            Assert.True(index.Contains(items[i]));
            if (i > 0) Assert.Equal(i, index.Rank(RangeBound.Between(items[i - 1], items[i])));
        }
        Assert.Equal(0, index.Rank(RangeBound.Start));
        Assert.Equal(5_000, index.Rank(RangeBound.End));
    }

    [Fact]
    public void Fingerprint_OfAnyRange_IsTheDocumentedProduct()
    {
        var random = new SplitMix64(6);
        List<IndexItem> items = Items.Random(random, 700);
        RecordIndex index = Items.Index(items);
        items.Sort();
        byte[] salt = ReconcilePair.Salt(1);
        FingerprintKey key = FingerprintKey.From(salt);
        for (int i = 0; i < 50; i++)
        {
            int from = (int)random.Below(701), to = from + (int)random.Below(701 - from);
            byte[] expected = Expected(items[from..to], salt);
            Assert.Equal(expected, index.Fingerprint(from, to, key).ToArray());
        }
    }

    [Fact]
    public void Fingerprint_OfIdsAtTheEdgesOfTheField_IsTheDocumentedProduct()
    {
        byte[] zero = new byte[16], one = [.. new byte[15], 1], all = [.. Enumerable.Repeat((byte)255, 16)];
        byte[] prime = [127, .. all[1..]], below = [.. prime[..15], 254], top = [128, .. new byte[15]];
        byte[][] halves = [zero, one, all, prime, below, top];
        var items = new SortedSet<IndexItem>();
        foreach (byte[] high in halves)
        {
            foreach (byte[] low in halves) items.Add(new IndexItem(1, new Hash256([.. high, .. low])));
        }
        for (ulong session = 0; session < 200; session++)
        {
            byte[] salt = ReconcilePair.Salt(session);
            Fingerprint whole = Items.Index(items).Fingerprint(0, items.Count, FingerprintKey.From(salt));
            Assert.Equal(Expected([.. items], salt), whole.ToArray());
        }
    }

    [Fact]
    public void Fingerprint_OneItemOtherThanBefore_Differs()
    {
        List<IndexItem> items = Items.Random(new SplitMix64(7), 300);
        FingerprintKey key = FingerprintKey.From(ReconcilePair.Salt(1));
        RecordIndex index = Items.Index(items);
        Fingerprint whole = index.Fingerprint(0, 300, key);
        Fingerprint otherSalt = index.Fingerprint(0, 300, FingerprintKey.From(ReconcilePair.Salt(2)));
        index.Remove(items[10]);
        Fingerprint without = index.Fingerprint(0, 299, key);
        index.Add(items[10] with { Id = Hash256.Of([1]) });
        Fingerprint replaced = index.Fingerprint(0, 300, key);
        Assert.Equal(4, new HashSet<Fingerprint> { whole, otherSalt, without, replaced }.Count);
    }

    /// <summary>However a tree came by its items, its sums are those of a tree that was made of them at once.</summary>
    [Fact]
    public void Fingerprint_UnderATrustingKey_IsThatOfTheItemsOfTheRange()
    {
        var random = new SplitMix64(8);
        FingerprintKey key = FingerprintKey.Trusting(ReconcilePair.Salt(1));
        List<IndexItem> gone = Items.Random(random, 4_000), items = Items.Random(random, 1_500);
        RecordIndex index = Items.Index([.. gone[..2_000], .. items, .. gone[2_000..]]);
        foreach (IndexItem item in gone) Assert.True(index.Remove(item));
        items.Sort();
        for (int i = 0; i < 200; i++)
        {
            int from = (int)random.Below(items.Count), to = from + 1 + (int)random.Below(items.Count - from);
            RecordIndex part = Items.Index(items[from..to]);
            Assert.Equal(part.Fingerprint(0, to - from, key), index.Fingerprint(from, to, key));
            IndexItem last = items[to - 1];
            Assert.True(part.Remove(last) && part.Add(last with { Id = Hash256.Of([1]) }));
            Assert.NotEqual(part.Fingerprint(0, to - from, key), index.Fingerprint(from, to, key));
        }
    }

    [Fact]
    public void At_RankBeyondTheItems_IsRefused()
    {
        RecordIndex index = Items.Index(Items.Random(new SplitMix64(8), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.At(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.At(-1));
    }

    [Fact]
    public void Between_TwoItems_IsTheShortestPrefixThatPartsThem()
    {
        var left = new IndexItem(5, new Hash256([1, 2, 3, 4, .. new byte[28]]));
        var right = new IndexItem(5, new Hash256([1, 2, 9, 8, .. new byte[28]]));
        Assert.Equal(new Hash256([1, 2, 9, .. new byte[29]]), RangeBound.Between(left, right).Key.Id);
        IndexItem tomorrow = left with { Day = 6 };
        Assert.Equal(new IndexItem(6, default), RangeBound.Between(right, tomorrow).Key);
        Assert.Throws<ArgumentException>(() => RangeBound.Between(right, left));
    }

    [Fact]
    public void DeriveSalt_OtherSessionOrSecret_IsAnotherSalt()
    {
        byte[] secret = new byte[32], other = [.. new byte[31], 1];
        Assert.Equal(FingerprintKey.DeriveSalt(secret, 1), FingerprintKey.DeriveSalt(secret, 1));
        Assert.NotEqual(FingerprintKey.DeriveSalt(secret, 1), FingerprintKey.DeriveSalt(secret, 2));
        Assert.NotEqual(FingerprintKey.DeriveSalt(secret, 1), FingerprintKey.DeriveSalt(other, 1));
        Assert.Throws<ArgumentException>(() => FingerprintKey.DeriveSalt(new byte[31], 1));
    }

    private static void Step(SplitMix64 random, RecordIndex index, SortedSet<IndexItem> model, int growth)
    {
        if (random.Below(100) < growth)
        {
            IndexItem item = Items.One(random, (uint)random.Below(4));
            Assert.Equal(model.Add(item), index.Add(item));
            Assert.False(index.Add(item));
        }
        else if (index.Count > 0)
        {
            IndexItem item = index.At(random.Below(index.Count));
            Assert.Equal(model.Remove(item), index.Remove(item));
            Assert.False(index.Remove(item));
        }
        Assert.Equal(model.Count, index.Count);
    }

    /// <summary>The definition in gossip.proto, computed another way.</summary>
    private static byte[] Expected(List<IndexItem> items, byte[] salt)
    {
        byte[] seed = SHA256.HashData([.. "weightswarm/reconcile/1\0"u8, .. salt]);
        BigInteger y = Big(seed.AsSpan(0, 16)), z = Big(seed.AsSpan(16)), product = BigInteger.One;
        foreach (IndexItem item in items)
        {
            byte[] id = item.Id.ToArray();
            product = product * (z + Big(id.AsSpan(16)) + (y * Big(id.AsSpan(0, 16)))) % Prime;
        }
        var input = new byte[24];
        product.TryWriteBytes(input, out _, isUnsigned: true);
        BinaryPrimitives.WriteInt64LittleEndian(input.AsSpan(16), items.Count);
        return SHA256.HashData(input)[..12];
    }

    private static BigInteger Big(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
