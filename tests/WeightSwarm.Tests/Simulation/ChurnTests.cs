using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.Churn;

namespace WeightSwarm.Tests.Simulation;

/// <summary>What the rules come to in a network that lives; the sizes of the reference run by one command.</summary>
public sealed class ChurnTests
{
    private static readonly ChurnSetting Small = new() { Nodes = 100, Slices = 1_000, Days = 60 };

    [Fact]
    public void Rules_SixtyDaysOfChurn_LoseNothingAtLeastTraffic()
    {
        var ours = Measure(Small, "ours");
        var atOnce = Measure(Small with { Slices = 100, Days = 20 }, "at-once");
        var byFreeSpace = Measure(Small, "by-free-space");

        Assert.Equal(0, ours["slices lost"]);
        // The young network has no copies to spare yet: over a year it is 1.06.
        Assert.InRange(ours["traffic / destroyed, per mille"], 1, 1_450);
        Assert.InRange(ours["mean copies, hundredths"], 500, 580);
        Assert.InRange(ours["copies p99"], 5, 8);
        Assert.InRange(ours["0 online, per million of slice-hours"], 0, 1_000);
        Assert.True(atOnce["traffic / destroyed, per mille"] > 10 * ours["traffic / destroyed, per mille"]);
        Assert.True(byFreeSpace["traffic / destroyed, per mille"] > ours["traffic / destroyed, per mille"] * 5 / 4);
        Assert.True(byFreeSpace["copies most"] > 2 * ours["copies most"]);
    }

    [Fact]
    public void Rules_ThirtyPercentGoneForGood_LoseOnlyWhatHadNoHolderLeft()
    {
        var setting = Small with { Story = ChurnStory.Lose30, Days = 24 };

        var figures = Measure(setting, "ours");

        Assert.InRange(figures["slices lost at one blow"], 0, 10);
        Assert.Equal(figures["slices lost at one blow"], figures["slices lost"]);
        Assert.InRange(figures["h to N copies after the story"], 72, 15 * 24);
    }

    [Fact]
    public void World_AtAnyMoment_CountsAsTheDaemonDoes()
    {
        var setting = Small with { Slices = 400, Story = ChurnStory.Outage, Days = 12 };
        OwnPolicy? policy = null;
        var world = new ChurnWorld(setting, 7, w => policy = new OwnPolicy(w));
        var (deficits, struck) = (0, 0);
        // An ordinary time, the hours after the blow, and those when who is off has been so for a day.
        var blow = setting.StoryMs / ChurnSetting.Hour;
        foreach (var ms in Moments(0, 100, 7).Concat(Moments(blow, 30, 1)).Concat(Moments(blow + 24, 30, 1)))
        {
            world.RunTo(ms);
            deficits += Compare(world, policy!);
            struck += world.Slices.Sum(s => s.Struck);
        }

        Assert.True(deficits > 20, $"only {deficits} deficits were seen");
        Assert.True(struck > 200, $"only {struck} copies were seen that a blow struck");
    }

    private static IEnumerable<long> Moments(long hour, int count, int tenths) => Enumerable.Range(1, count)
        .Select(i => hour * ChurnSetting.Hour + i * tenths * 6 * ChurnSetting.Minute);

    /// <summary>Every slice against Core's counter, and of open deficits the places of those in front.</summary>
    private static int Compare(ChurnWorld world, OwnPolicy policy)
    {
        var view = ViewOf(world);
        var counter = new SliceCounter(view, world.Now);
        var orders = new TakerOrders(world);
        foreach (var model in view.Models)
            for (var slice = 0; slice < model.Entry.Slices; slice++)
            {
                var number = world.Catalogue.NumberOf(model.Entry.ModelId) * world.Setting.SlicesPerModel + slice;
                var (counted, own) = (counter.Tally(model, slice), policy.TallyOf(number));
                Assert.Equal((counted.Counts, counted.Need, counted.Urgency), (own.Counts, own.Need, own.Urgency));
                Assert.Equal(counted.Need > 0, policy.Open.ContainsKey(number));
            }
        foreach (var number in policy.Open.Keys) ComparePlaces(world, policy, orders, view, number);
        return policy.Open.Count;
    }

    private static void ComparePlaces(
        ChurnWorld world, OwnPolicy policy, TakerOrders orders, SwarmView view, int number)
    {
        var order = orders.Of(number).Where(n => policy.IsEligible(world.Nodes[n], number)).Take(3).ToList();
        for (var rank = 0; rank < order.Count; rank++)
        {
            var own = new OwnSituation
            {
                RoomBytes = world.Nodes[order[rank]].FreeBytes,
                DonatedBytes = world.Nodes[order[rank]].DonatedBytes,
                Fetching = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
                Held = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
            };
            var index = new NodeIndex(view with { Self = world.Nodes[order[rank]].Id }, world.Now);
            var entry = world.Catalogue.EntryOf(number);
            var model = view.Models.Single(m => m.Entry.ModelId == entry.ModelId);
            var slice = number % world.Setting.SlicesPerModel;
            new ModelTally(index, model).Count(slice, withOwnClaim: false);
            var takers = new Takers(index, own);
            takers.Enter(entry, slice);
            Assert.Equal(rank, takers.Count(ChurnSetting.SliceBytes).Rank);
        }
    }

    private static SortedDictionary<string, long> Measure(ChurnSetting setting, string policy) =>
        ChurnRun.Measure(setting, 1, policy, ChurnRun.Policies.Single(p => p.Name == policy).Make).Figures;

    /// <summary>The world as any of its nodes would see it.</summary>
    private static SwarmView ViewOf(ChurnWorld world) => new()
    {
        Version = 1,
        Self = new NodeId(Hash256.Of("nobody"u8)),
        Policy = world.Setting.Policy,
        EpochSalt = ChurnCatalogue.Salt,
        Nodes = world.Nodes.Where(n => !n.IsForgotten).ToImmutableSortedDictionary(n => n.Id, n => new NodeView
        {
            Id = n.Id,
            DonatedBytes = n.DonatedBytes,
            FreeBytes = n.ShownBytes,
            AbsentSinceMs = n.IsPresent ? null : n.OffSinceMs,
        }),
        Models = [.. world.Catalogue.Entries.OrderBy(e => e.ModelId).Select(e => ModelOf(world, e))],
    };

    private static ModelView ModelOf(ChurnWorld world, Entry entry)
    {
        var first = world.Catalogue.NumberOf(entry.ModelId) * world.Setting.SlicesPerModel;
        var slices = Enumerable.Range(0, entry.Slices).ToList();
        var holders = slices.SelectMany(s => world.Slices[first + s].Holders.Select(h => (Holder: h, Slice: s)))
            .GroupBy(h => world.Nodes[h.Holder].Id).OrderBy(g => g.Key)
            .Select(g => new Holder(g.Key, SliceSet.Of(g.Select(h => h.Slice)), SliceSet.Empty, InPlace: false));
        var claims = slices.SelectMany(s => world.Slices[first + s].Claims
            .Select(c => new SliceClaim(world.Nodes[c.Taker].Id, s, 0, c.Score, c.Percent,
                c.Source >= 0 ? world.NowMs : c.ProgressAtMs))
            .OrderBy(c => c.Node));
        return new ModelView(entry, [.. holders], [.. claims]);
    }
}
