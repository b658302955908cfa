using WeightSwarm.Core;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Tests.Node.Store;

public sealed class LimitAndDrillStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Limits_Saved_AreThereAfterARestartInTheirOrder()
    {
        LimitRule[] rules =
        [
            new([WeekWindow.Parse("mon-fri 08:00-18:00")!, WeekWindow.Parse("sat")!], 1_000_000, null),
            new([WeekWindow.Parse("22:00-06:00")!], 0, 0), new([], null, 5),
        ];
        using (var store = StoreFiles.Open(_folder))
        {
            store.Limits.Save([new LimitRule([], 1, 1)]);
            store.Limits.Save(rules);
        }
        using var again = StoreFiles.Open(_folder);
        Assert.Equal(
            rules.Select(r => (r.When, r.Up, r.Down)), again.Limits.Load().Select(r => (r.When, r.Up, r.Down)));
    }

    [Fact]
    public void Labels_Saved_AreThereAfterARestart()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            Assert.Equal(NodeLabels.None, store.Labels.Get());
            store.Labels.Save(new NodeLabels("one", "two", 1, "FR"));
            store.Labels.Save(new NodeLabels("acme", "", uint.MaxValue, "DE"));
        }
        using var again = StoreFiles.Open(_folder);
        Assert.Equal(new NodeLabels("acme", "", uint.MaxValue, "DE"), again.Labels.Get());
    }

    [Fact]
    public void Drills_Added_KeepTheLastTwentyOfEachModel()
    {
        var (one, two) = (Hash256.Of([1]), Hash256.Of([2]));
        using var store = StoreFiles.Open(_folder);
        Assert.Empty(store.Drills.Latest());
        store.Drills.Add(new RestoreDrillRecord(two, 5, 6, 0, false, "incomplete"));
        for (var n = 0; n < 25; n++) store.Drills.Add(new RestoreDrillRecord(one, n, n, n, true, "ok"));
        Assert.Equal(Enumerable.Range(5, 20).Reverse().Select(n => (long)n), store.Drills.Of(one).Select(d => d.AtMs));
        Assert.Equal(
            new[] { (one, 24L, true), (two, 5L, false) }.OrderBy(d => d.Item1.ToString(), StringComparer.Ordinal),
            store.Drills.Latest().Select(d => (d.Model, d.AtMs, d.Ok)));
    }
}
