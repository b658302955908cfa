using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 19 of the reference: somebody has kept every record of so many days, and strangers send them all to all
/// nodes again, each at 10 MB/s. What is over or overtaken is accepted by nobody.
/// </summary>
internal sealed class Replay(string name, int days) : RealScenario
{
    private const int Strangers = 8, RecordsPerPush = 40, BytesPerSecond = 10_000_000;

    public override string Name => name;
    public override string Story => $"all records of {days} days are sent to everybody again; none is accepted";
    public override int DefaultNodes => 12;

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) =>
        base.Build(seed, nodes + Strangers, trace);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var honest = world.Nodes.Length - Strangers;
        SortedDictionary<Hash256, Record> kept = [];
        world.Oracle.Seen = (_, record) => kept.TryAdd(record.Id, record);
        Start(world, honest, figures);
        for (var day = 0; day < days; day++)
        {
            // Something happens: a node is away for an hour, and somebody's donation changes.
            var (away, other) = (1 + (int)world.Random.Below(honest - 1), (int)world.Random.Below(honest));
            world.Stop(away, hostToo: false);
            world.Nodes[other].Disk.QuotaBytes = (100L << 30) + (world.Random.Below(100) << 30);
            world.Nodes[other].Transfers.TellRoom();
            world.RunFor(Hour);
            world.Start(away, 0);
            world.RunFor(Day - Hour);
        }
        Attack(world, honest, kept, figures);
        ConvergesAgain(world, figures, 5 * Minute);
        NothingIsReleased(world);
    }

    private static void Start(SimWorld world, int honest, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 100L << 30);
        StartFirst(world, honest, 0);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(honest), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
    }

    private static void Attack(
        SimWorld world, int honest, SortedDictionary<Hash256, Record> kept, SortedDictionary<string, long> figures)
    {
        var live = world.Live.SelectMany(n => n.Core.Records).Select(r => r.Id).ToHashSet();
        var old = kept.Values.Where(r => !live.Contains(r.Id)).ToList();
        var dead = old.Select(r => r.Id).ToHashSet();
        world.Oracle.Seen = (node, record) =>
        {
            if (dead.Contains(record.Id))
                throw new ScenarioFailedException($"n{node.Number} accepts {Words.Of(world, record)} once more");
        };
        var pushes = old.Chunk(RecordsPerPush).Select(PushOf).ToList();
        var victims = 0;
        List<Stranger> strangers = [];
        for (var number = honest; number < world.Nodes.Length; number++)
        {
            var next = (int)world.Random.Below(pushes.Count);
            strangers.Add(new Stranger(world, number, victims++ % honest, BytesPerSecond,
                () => pushes[next++ % pushes.Count]));
        }
        world.RunFor(10 * Minute);
        strangers.ForEach(s => s.Stop());
        figures["old records"] = old.Count;
        figures["kB replayed"] = strangers.Sum(s => s.Sent) / 1000;
        figures["bans"] = world.Live.Sum(n => n.Core.Bans.Count());
        if (strangers.Any(s => s.Sent < pushes.Max(p => p.CalculateSize())))
            throw new ScenarioFailedException("a stranger was not let in at all: nothing was tried");
    }

    private static Frame PushOf(Record[] records)
    {
        var push = new Push();
        push.Envelopes.AddRange(records.Select(r => UnsafeByteOperations.UnsafeWrap(r.Bytes)));
        return new Frame { Push = push };
    }
}
