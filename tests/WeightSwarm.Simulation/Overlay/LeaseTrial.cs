using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// What leases cost in a day: of nodes that have a node record and twelve holdings each, with keys of the real length.
/// Once they are all written anew, once one renewal keeps them, and once nobody says anything: that is what the rest
/// costs. One node is away for that day, and catches up.
/// </summary>
internal static class LeaseTrial
{
    private const long Second = 1_000, Minute = 60 * Second, Day = 86_400 * Second;
    private const int HoldingsOfOne = 12;
    private const string Quiet = "quiet";

    public static void Run(ulong seed, int nodes, SortedDictionary<string, long> figures, TextWriter? progress)
    {
        var quiet = RunDay(seed, nodes, Quiet, static (_, _) => [], figures, progress);
        foreach (var (way, speak) in new (string, Func<Member, long, IEnumerable<Record>>)[]
        {
            ("anew", static (member, unixMs) => member.Anew(unixMs)),
            ("renewed", static (member, unixMs) => [member.Renewal(unixMs)]),
        })
            figures[$"{way}: bytes per node and day"] = RunDay(seed, nodes, way, speak, figures, progress) - quiet;
    }

    /// <summary>All bytes that a node sends in a day.</summary>
    private static long RunDay(
        ulong seed, int nodes, string way, Func<Member, long, IEnumerable<Record>> speak,
        SortedDictionary<string, long> figures, TextWriter? progress)
    {
        var world = new OverlayWorld(seed, nodes);
        var members = Enumerable.Range(0, nodes).Select(n => new Member(world, n)).ToArray();
        // Their own leases outlive the day of which this is the measure.
        world.GiveAll([.. members.SelectMany(m => m.Anew(world.Now.UnixMs))]);
        world.StartAll(nodes <= 256 ? nodes : 48, monitors: 8);
        world.RunFor(7 * Minute);
        var away = (int)world.Random.Below(nodes);
        world.Net.ClearCounts();
        world.Cut(node => node == away ? 1 : 0);
        foreach (var member in members.Where(m => m.Number != away))
            world.In(world.Random.Below(Day - Minute), () =>
            {
                foreach (var record in speak(member, world.Now.UnixMs))
                {
                    member.Newest[record.Key] = record;
                    world.Nodes[member.Number].Publish(record);
                }
            });
        world.RunFor(Day);
        var bytes = world.Net.SentBy.Sum() / nodes;
        progress?.WriteLine($"{way}: {world.Events} events");
        if (way != Quiet) CatchUp(world, away, members, way, figures);
        figures["offences"] = figures.GetValueOrDefault("offences") + world.Nodes.Sum(n => n.Offences);
        return bytes;
    }

    private static void CatchUp(
        OverlayWorld world, int away, Member[] members, string way, SortedDictionary<string, long> figures)
    {
        var newest = members.SelectMany(m => m.Newest.Values).ToList();
        var (lacking, node) = (newest.Where(r => world.Nodes[away].Records.Find(r.Id) is null).ToList(),
            world.Nodes[away]);
        world.Net.ClearCounts();
        world.Cut(null);
        figures[$"{way}: records lacking after a day away"] = lacking.Count;
        figures[$"{way}: bytes of those"] = lacking.Sum(r => (long)r.Bytes.Length);
        figures[$"{way}: ms until it has them"] = world.RunUntil(
            15 * Minute, 10, () => lacking.TrueForAll(r => node.Records.Find(r.Id) is not null));
        figures[$"{way}: bytes that it was sent until then"] = world.Net.SentTo[away];
    }

    /// <summary>A node with what it says of itself.</summary>
    private sealed class Member(OverlayWorld world, int number)
    {
        public int Number => number;

        public SortedDictionary<RecordKey, Record> Newest { get; } = [];

        public List<Record> Anew(long unixMs)
        {
            var (key, network) = (world.Nodes[number].Key, world.Network);
            List<Record> records = [Samples.NodeRecord(network, key, number, (ulong)unixMs, unixMs)];
            for (var model = 0; model < HoldingsOfOne; model++)
                records.Add(Samples.Holding(network, key, number + model, (ulong)unixMs, unixMs));
            foreach (var record in records) Newest[record.Key] = record;
            return records;
        }

        public Record Renewal(long unixMs) => EnvelopeCodec.Write(
            world.Nodes[number].Key, world.Network, RecordKind.Renewal, [],
            Renewals.Write(Newest.Values.Where(r => Renewals.MayRenew(r.Kind)).Select(r => r.Id.Prefix)),
            (ulong)unixMs, unixMs, Pace.Real.LeaseTtlMs);
    }
}
