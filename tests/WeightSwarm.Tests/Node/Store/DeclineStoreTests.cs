using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class DeclineStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rules_Added_AreThereAfterARestart_WithTheirNumbers()
    {
        DeclineRule[] rules =
        [
            new() { Licence = "CC-BY-NC-*", Reason = "a; 'b'" }, new() { LargerThan = 1L << 60 },
            new() { Name = "acme/*", Hazard = "contains-code" },
        ];
        using (var store = StoreFiles.Open(_folder))
        {
            Assert.Equal([1, 2, 3], rules.Select((rule, n) => store.Declines.Add(rule, n)).ToList());
            Assert.True(store.Declines.Remove(2));
            Assert.False(store.Declines.Remove(2));
        }
        using var again = StoreFiles.Open(_folder);
        Assert.Equal([new KeptRule(1, rules[0], 0), new KeptRule(3, rules[2], 2)], again.Declines.Load());
        Assert.Equal(4, again.Declines.Add(rules[1], 5));
    }
}
