using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

/// <summary>What reconciliation costs on the wire, frames included, beside a model of negentropy.</summary>
public sealed class ReconcilerFiguresTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(10_000, 3, 369)]
    [InlineData(100_000, 3, 369)]
    [InlineData(1_000_000, 3, 369)]
    [InlineData(1_000_000, 400, 369)]
    public void Reconcile_EqualSets_CostsAtMost400Bytes(int count, int days, int model)
    {
        List<IndexItem> items = Items.Random(new SplitMix64(31), count, days);
        var pair = new ReconcilePair(items, items);
        Assert.Equal(ReconcileOutcome.Done, pair.Run());
        Print($"{count} items of {days} days, in sync", pair, model);
        Assert.InRange(pair.Bytes, 1, 400);
    }

    [Theory]
    [InlineData(10_000, 1_200)]
    [InlineData(100_000, 1_800)]
    [InlineData(1_000_000, 2_100)]
    public void Reconcile_100RecentDifferences_CostsAtMost3000BytesAnd40PerRecord(int count, int model)
    {
        var random = new SplitMix64(32);
        List<IndexItem> items = Items.Random(random, count);
        List<IndexItem> left = [], right = [];
        for (int i = 0; i < 50; i++)
        {
            left.Add(Items.One(random, Items.Today + 1));
            right.Add(Items.One(random, Items.Today + 1));
        }
        var pair = new ReconcilePair([.. items, .. left], [.. items, .. right]);
        Assert.Equal(ReconcileOutcome.Done, pair.Run());
        Print($"{count} items, 100 recent differences", pair, model);
        pair.AssertEqual([.. items, .. left, .. right]);
        Assert.InRange(pair.Bytes, 1, 3_000 + (40 * 100));
    }

    [Theory]
    [InlineData(10_000, 42_000)]
    [InlineData(100_000, 114_000)]
    [InlineData(1_000_000, 176_000)]
    public void Reconcile_100RandomDifferences_CostsAtMostAFifthMoreThanTheModel(int count, int model)
    {
        var random = new SplitMix64(33);
        List<IndexItem> items = Items.Random(random, count);
        List<IndexItem> left = Items.Random(random, 50), right = Items.Random(random, 50);
        var pair = new ReconcilePair([.. items, .. left], [.. items, .. right]);
        Assert.Equal(ReconcileOutcome.Done, pair.Run());
        Print($"{count} items, 100 random differences", pair, model);
        pair.AssertEqual([.. items, .. left, .. right]);
        Assert.InRange(pair.Bytes, 1, model * 6 / 5);
    }

    [Theory]
    [InlineData(20_000, 0)]
    [InlineData(20_000, 20_000)]
    [InlineData(100_000, 100_000)]
    public void Reconcile_DisjointSets_EndsInFewSessions(int first, int second)
    {
        var random = new SplitMix64(34);
        var pair = new ReconcilePair(Items.Random(random, first), Items.Random(random, second));
        int sessions = pair.RunUntilDone(atMost: 20);
        Print($"{first} against {second} items, all different, {sessions} sessions", pair, model: null);
        Assert.Equal(first + second, pair.Responder.Count);
    }

    private void Print(string what, ReconcilePair pair, int? model) => output.WriteLine(
        $"{what}: {pair.Bytes} bytes, {pair.Messages} messages, {pair.Rounds} rounds in the last session"
        + (model is null ? "" : $"; negentropy's model: {model} bytes"));
}
