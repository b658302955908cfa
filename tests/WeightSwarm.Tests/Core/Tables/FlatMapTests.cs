using WeightSwarm.Core;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Tests.Core.Tables;

public sealed class FlatMapTests
{
    /// <summary>All keys under one hash: whatever is found is found by comparing.</summary>
    private readonly record struct Clashing(int Number)
    {
        public override int GetHashCode() => 7;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FlatMap_UnderRandomChanges_AgreesWithADictionary(ulong seed) =>
        AgreesWithADictionary(seed, static number => number);

    [Fact]
    public void FlatMap_OfKeysThatClash_AgreesWithADictionary() =>
        AgreesWithADictionary(4, static number => new Clashing(number));

    [Fact]
    public void RemoveWhere_ACondition_SeesEachOnceAndLeavesTheRest()
    {
        var map = new FlatMap<int, int>(salt: 5);
        for (var key = 0; key < 1000; key++) map.At(key) = key;
        var seen = new HashSet<int>();
        map.RemoveWhere((key, value) => IsSeenOnce(seen, key, value) && key % 3 != 0);
        Assert.Equal((1000, 334), (seen.Count, map.Count));
        for (var key = 0; key < 1000; key++) Assert.Equal(key % 3 == 0, map.TryGetValue(key, out _));
        Assert.Equal(167, map.CountWhere(value => value % 2 == 0));
    }

    private static bool IsSeenOnce(HashSet<int> seen, int key, int value)
    {
        Assert.Equal(key, value);
        Assert.True(seen.Add(key), $"key {key} comes twice");
        return true;
    }

    private static void AgreesWithADictionary<TKey>(ulong seed, Func<int, TKey> keyOf)
        where TKey : struct, IEquatable<TKey>
    {
        var random = new SplitMix64(seed);
        var map = new FlatMap<TKey, long>(salt: seed);
        var model = new Dictionary<TKey, long>();
        for (var step = 0; step < 20_000; step++)
        {
            var key = keyOf((int)random.Below(300));
            if (random.Below(3) == 0) Assert.Equal(model.Remove(key), map.Remove(key));
            else map.At(key) = model[key] = step;
            var other = keyOf((int)random.Below(300));
            Assert.Equal(model.TryGetValue(other, out var expected), map.TryGetValue(other, out var found));
            Assert.Equal((expected, model.Count), (found, map.Count));
            Assert.Equal(expected, map.Find(other));
        }
    }
}
