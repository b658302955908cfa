using System.Globalization;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 23 of the reference: three nodes in ten lie. Half of them claim every slice that is catalogued, at once,
/// and hold nothing; the others hold what they took for some days and then drop it all, and claim it as before. Each
/// false copy must be found, 99 in 100 within 48 hours, and the copies that are wanted must be there in the end.
/// </summary>
internal sealed class Liars(string name, int days) : RealScenario
{
    private const long FoundWithin = 48 * Hour;

    public override string Name => name;
    public override string Story => string.Create(CultureInfo.InvariantCulture,
        $"30 % lie: half hold nothing of all that they claim, half drop it after {days} days; audits find it out");
    public override int DefaultNodes => 40;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var liars = world.Random.Pick(world.Nodes.Length, world.Nodes.Length * 3 / 10).Select(n => world.Nodes[n])
            .ToList();
        var (claimers, droppers) = (liars[..(liars.Count / 2)], liars[(liars.Count / 2)..]);
        var book = new Lies(world);
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++) Catalogue(world, model, liars, claimers, book);
        figures["s to target copies"] = CopiesReach(world, Copies, 2 * Day) / Second;
        world.RunFor(days * Day);
        var (leaves, startMs) = (world.Audits.LeavesShown, world.NowMs);
        world.RunFor(Day);
        figures["bytes of audits per copy and day"] = (world.Audits.LeavesShown - leaves) * 17_200 /
            Math.Max(1, world.Nodes.Sum(n => n.Disk.Intact.Count));
        foreach (var node in droppers) Drop(node, book);
        figures["false copies"] = book.Count;
        figures["h to target copies again"] = CopiesReach(world, Copies, 6 * Day) / Hour;
        world.RunFor(Math.Max(0, FoundWithin - (world.NowMs - startMs) + Day));
        book.Tell(figures);
        if (figures["min to find, p99"] > FoundWithin / Minute)
            throw new ScenarioFailedException($"1 in 100 false copies is found only after {FoundWithin / Hour} h");
        if (world.Audits.Outcomes.GetValueOrDefault(ReceiptOutcome.NotHeld) > 0)
            throw new ScenarioFailedException("an honest holder denies what it claims");
        HonestKeepTheirCredit(world, liars);
    }

    private static void Catalogue(
        SimWorld world, int number, List<SimNode> liars, List<SimNode> claimers, Lies book)
    {
        int at;
        do at = (int)world.Random.Below(world.Nodes.Length);
        while (liars.Contains(world.Nodes[at]));
        var entry = world.AddModel(at, number, Slices, 128 * MiB);
        foreach (var node in claimers)
        {
            for (var slice = 0; slice < entry.Slices; slice++) book.Begin(node, entry.ModelId, slice);
            node.Handle(new CoreInput.SlicesHeld(entry.ModelId, SliceSet.All(entry.Slices), false), EventKind.Verified);
        }
    }

    private static void Drop(SimNode node, Lies book)
    {
        foreach (var (model, slice) in node.Disk.Intact.Keys.ToList())
        {
            node.Disk.Intact.Remove((model, slice));
            book.Begin(node, model, slice);
        }
    }

    private static void HonestKeepTheirCredit(SimWorld world, List<SimNode> liars)
    {
        foreach (var node in world.Live)
            foreach (var copy in node.Core.Audits.Failed.Keys)
                if (!liars.Contains(world.NodeOf(copy.Holder)))
                    throw new ScenarioFailedException(
                        $"n{node.Number} says that n{world.NodeOf(copy.Holder).Number}, which is honest, failed");
    }

    /// <summary>When each lie began, and when the first auditor found it.</summary>
    private sealed class Lies
    {
        private readonly SimWorld _world;
        private readonly SortedDictionary<CopyKey, (long BeganMs, long? FoundMs)> _lies = [];

        public Lies(SimWorld world)
        {
            _world = world;
            world.Audits.Ended = Ended;
        }

        public int Count => _lies.Count;

        public void Begin(SimNode node, Hash256 model, int slice)
        {
            node.Faults.Hide(model, slice);
            _lies[new CopyKey(node.Id, model, slice)] = (_world.NowMs, null);
        }

        public void Tell(SortedDictionary<string, long> figures)
        {
            var minutes = _lies.Values.Select(l => ((l.FoundMs ?? _world.NowMs) - l.BeganMs) / Minute).Order().ToList();
            figures["min to find, p50"] = minutes[minutes.Count / 2];
            figures["min to find, p99"] = minutes[(minutes.Count - 1) * 99 / 100];
            figures["min to find, most"] = minutes[^1];
            figures["not found"] = _lies.Values.Count(l => l.FoundMs is null);
        }

        private void Ended(SimNode asker, CopyKey copy, ReceiptOutcome outcome)
        {
            if (outcome != ReceiptOutcome.Failed || !_lies.TryGetValue(copy, out var lie) || lie.FoundMs is not null)
                return;
            _lies[copy] = lie with { FoundMs = _world.NowMs };
        }
    }
}
