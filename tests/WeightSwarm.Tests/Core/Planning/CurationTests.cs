using System.Text;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using static WeightSwarm.Tests.Core.Records.TestRecords;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Which entry speaks for a model, and what a curator's key is worth to a thief.</summary>
public sealed class CurationTests
{
    private const long GiB = 1L << 30;

    private readonly SwarmViewBuilder _views = new(Alice.Id);

    [Fact]
    public void Withdrawal_OfACurator_EndsItsOwnEntryAlone()
    {
        Take(Charter(Founder, Policy.Default, Curator(Alice, ""), Curator(Bob, "")));
        Take(EntryOf(Alice, 1));
        Take(EntryOf(Bob, 1));
        Take(EntryOf(Bob, 1, seq: 2, change: e => e with { Active = false }));
        Assert.Single(View().Models);
        Take(EntryOf(Alice, 1, seq: 2, change: e => e with { Active = false }));
        Assert.Empty(View().Models);
    }

    [Fact]
    public void Founder_HasTheLastWord()
    {
        Take(Charter(Founder, Policy.Default, Curator(Alice, "")));
        Take(EntryOf(Alice, 1, change: e => e with { Copies = 9, Licence = "Apache-2.0" }));
        Take(EntryOf(Founder, 1, change: e => e with { Copies = 4 }));
        var model = View().Models.Single();
        Assert.Equal((4, "MIT", true), (model.Entry.Copies, model.Entry.Licence, model.IsFounders));
        Take(EntryOf(Founder, 1, seq: 2, change: e => e with { Active = false }));
        Assert.Empty(View().Models);
    }

    [Fact]
    public void Copies_NoCuratorLowersWhatAnotherWants()
    {
        Take(Charter(Founder, Policy.Default, Curator(Alice, ""), Curator(Bob, "")));
        Take(EntryOf(Alice, 1, change: e => e with { Copies = 7 }));
        Take(EntryOf(Bob, 1, change: e => e with { Copies = 1 }));
        Assert.Equal(7, View().Models.Single().Entry.Copies);
        Take(EntryOf(Alice, 1, seq: 2, change: e => e with { Copies = 0 }));
        Assert.Equal(0, View().Models.Single().Entry.Copies);
    }

    [Fact]
    public void Budget_IsFilledInTheOrderOfTheNumbers_InEveryView()
    {
        var charter = Charter(Founder, Policy.Default, Curator(Alice, "", budget: 10 * GiB));
        var entries = ((List<int>)[4, 5, 3, 1])
            .Select((size, at) => EntryOf(Alice, at, (ulong)at + 1, e => e with { Bytes = size * GiB })).ToList();
        var other = new SwarmViewBuilder(Bob.Id);
        foreach (var record in entries.Append(charter)) other.Accepted(record, Now);
        foreach (var record in Enumerable.Reverse(entries).Prepend(charter)) Take(record);

        // 4 and 5 fit, 3 does not, 1 does.
        Assert.Equal(["org/model-0", "org/model-1", "org/model-3"], Names(View()));
        Assert.Equal(Names(View()), Names(other.Build(_ => null, [])!));
        Assert.Equal(new CuratorAccount(3, 10 * GiB, 1), _views.Curation.Accounts[Alice.Id]);

        // A larger budget lets it in.
        Take(Charter(Founder, 2, Policy.Default, Curator(Alice, "", budget: 13 * GiB)));
        Assert.Equal(4, View().Models.Length);
        Take(EntryOf(Alice, 0, 9, e => e with { Bytes = 4 * GiB, Active = false }));
        Assert.Equal(new CuratorAccount(3, 9 * GiB, 0), _views.Curation.Accounts[Alice.Id]);
    }

    /// <summary>Scenario 25 of gossip-planner section 8.1, at the planner: what a thief adds waits its turn.</summary>
    [Fact]
    public void Additions_ComeAfterEveryOlderDeficit_HoweverUrgentTheyAre()
    {
        var (old, added) = (Swarm.Model(2, slices: 1), Swarm.Model(1, slices: 1));
        var swarm = new Swarm().Wanting(3).With(old).With(added).Node(0).Node(1).Node(2).Node(3)
            .Holds(1, 0).Holds(2, 0).Holding(3, [0], [], model: 1);
        var view = swarm.SeenBy(0);
        view = view with
        {
            Models = [.. view.Models.Select(m => m with
            {
                AddedMs = m.Entry.ModelId == added.ModelId ? Swarm.Now.UnixMs - 1000 : 1,
            })],
        };
        // The old one has two copies of three and the new one a single copy: by urgency alone it would be first. There
        // is room for one.
        var own = Swarm.Own(room: old.SliceBytes(0));
        var planner = new Planner();
        var now = Swarm.Now;
        List<PlanStep> taken = [];
        for (var second = 0; second < 60 && taken.Count == 0; second++, now = now.Plus(1000))
            taken.AddRange(planner.Plan(view, own, now).Steps.Where(s => s.Action == PlanAction.Take));
        Assert.Equal([old.ModelId], taken.Select(s => s.Model));
    }

    private static IEnumerable<string> Names(SwarmView view) =>
        view.Models.Select(m => m.Entry.Model).Order(StringComparer.Ordinal);

    private static Record EntryOf(SimKey key, int number, ulong seq = 1, Func<Entry, Entry>? change = null)
    {
        var model = Hash256.Of(Encoding.UTF8.GetBytes($"model {number}"));
        var entry = EntryValue($"org/model-{number}") with { ModelId = model };
        entry = change is null ? entry : change(entry);
        return Of(key, RecordKind.Entry, model.ToArray(), RecordBodies.Entry(entry), 400 * Day, seq);
    }

    private void Take(Record record) => _views.Accepted(record, Now);

    private SwarmView View() => _views.Build(_ => null, [])!;
}
