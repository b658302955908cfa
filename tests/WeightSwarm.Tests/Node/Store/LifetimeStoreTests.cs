using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Durability;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

/// <summary>Times are days after the first; what is known of everybody ends 30 days before the last word.</summary>
public sealed class LifetimeStoreTests : IDisposable
{
    private const long Day = 86_400_000, Start = 1_800_000_000_000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static NodeId Node(int number) => new(Hash256.Of(BitConverter.GetBytes(number)));

    private static long At(double day) => Start + (long)(day * Day);

    private static void Seen(NodeStore store, int node, params double[] days)
    {
        foreach (var day in days) store.Reputation.Met([Node(node)], At(day));
    }

    private static LifetimeRecord Load(NodeStore store, double started, double now) =>
        store.Lifetimes.Load(At(started), At(now));

    [Fact]
    public void Load_OfAYoungNetwork_KnowsNothingYet()
    {
        using var store = StoreFiles.Open(_folder);
        Assert.Equal(LifetimeRecord.Nothing, Load(store, 0, 0));
        Seen(store, 1, 0, 20);
        Assert.Equal(0, Load(store, 0, 20).NodeDays);
    }

    [Fact]
    public void Load_CountsNodeDaysAndThoseWhoLeft()
    {
        using var store = StoreFiles.Open(_folder);
        Seen(store, 1, 0, 130);   // to day 100: 99 days after its first
        Seen(store, 2, 50, 125);  // it may be away only: 49
        Seen(store, 3, 10, 61);   // gone for good: 50
        Seen(store, 4, 20, 20.5); // had a look
        Assert.Equal(new LifetimeRecord(3, 1, 198, 100), Load(store, 0, 130));
    }

    /// <summary>Nobody has left because this node was off, nor because others speak first when it is back.</summary>
    [Fact]
    public void Load_AfterALongTimeOff_TakesNobodyForGone()
    {
        using var store = StoreFiles.Open(_folder);
        Seen(store, 1, 0, 100);
        Seen(store, 2, 0, 100);
        var before = Load(store, 0, 100);
        Assert.Equal(new LifetimeRecord(2, 0, 138, 70), before);
        Assert.Equal(before, Load(store, 300, 300));
        Seen(store, 1, 300.1);
        Assert.Equal(before.Departed, Load(store, 300, 301).Departed);
        Assert.Equal(1, Load(store, 300, 302).Departed);
    }

    [Fact]
    public void Load_AfterTheLongForgottenAreDeleted_CountsThemStill()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            Seen(store, 1, 0, 130);
            Seen(store, 2, 10, 61);
            Seen(store, 3, 20, 20.5);
            var before = Load(store, 0, 130);
            store.Reputation.Load([], new Instant(0, At(131)));
            Assert.Equal(before, Load(store, 0, 130));
            // And once more, when there is nobody to forget.
            store.Reputation.Load([], new Instant(0, At(131)));
            Assert.Equal(new LifetimeRecord(2, 1, 149, 100), Load(store, 0, 130));
        }
        using var again = StoreFiles.Open(_folder);
        Assert.Equal(new LifetimeRecord(2, 1, 149, 100), Load(again, 0, 130));
    }
}
