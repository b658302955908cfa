using System.Buffers.Binary;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

/// <summary>Items for tests, from a seed.</summary>
internal static class Items
{
    public const uint Today = 20_700;

    /// <summary>So many different items, issued on the last <paramref name="days"/> days.</summary>
    public static List<IndexItem> Random(SplitMix64 random, int count, int days = 3)
    {
        var items = new List<IndexItem>(count);
        for (int i = 0; i < count; i++) items.Add(One(random, Today - (uint)random.Below(days)));
        return items;
    }

    public static IndexItem One(SplitMix64 random, uint day) => new(day, Id(random));

    public static Hash256 Id(SplitMix64 random)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (int i = 0; i < Hash256.Size; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], random.Next());
        return new Hash256(bytes);
    }

    public static RecordIndex Index(IEnumerable<IndexItem> items)
    {
        var index = new RecordIndex();
        foreach (IndexItem item in items) Assert.True(index.Add(item));
        return index;
    }
}
