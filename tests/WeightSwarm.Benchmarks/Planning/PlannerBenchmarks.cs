using System.Buffers.Binary;
using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Benchmarks;

/// <summary>
/// What a planning pass costs, by the size of the network. Goals (gossip-planner section 9): 1 s for a full pass over
/// 50,000 slices, 50 ms for the pass after the loss of one node, 1 ms for each deficit with 10,000 candidates.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class PlannerBenchmarks
{
    private const int Slices = 50;
    private readonly Instant _now = new(1_000_000, 1_000_000);
    private readonly OwnSituation _own = new()
    {
        RoomBytes = 1L << 40,
        DonatedBytes = 1L << 40,
        Fetching = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
        Held = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
    };

    private readonly Planner _planner = new();
    private SwarmView _healthy = null!, _oneLost = null!, _thin = null!, _thinInPlaces = null!, _oneDeficit = null!;
    private bool _lost;

    [Params(1_000, 10_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _healthy = View(Nodes, models: 1_000, holdersPerModel: 20, target: 5);
        _oneLost = _healthy with { Version = 2, Nodes = WithoutOne(_healthy) };
        _thin = View(Nodes, models: 1_000, holdersPerModel: 20, target: 8);
        _thinInPlaces = InPlaces(_thin);
        _oneDeficit = View(Nodes, models: 1, holdersPerModel: 2, target: 3, slices: 1);
        if (DeficitsAfterTheLoss(_oneLost) == 0) throw new InvalidOperationException("the node that goes held nothing");
    }

    [Benchmark]
    public int PassOver50000SlicesWithoutDeficit() => new Planner().Plan(_healthy, _own, _now).Steps.Length;

    /// <summary>By turns the pass that finds a node over its grace, and the one that finds it back.</summary>
    [Benchmark]
    public int PassAfterTheLossOfOneNode()
    {
        _lost = !_lost;
        return _planner.Plan(_lost ? _oneLost : _healthy, _own, _now).Steps.Length;
    }

    [Benchmark]
    public int PassOver50000SlicesAllWithDeficit() => new Planner().Plan(_thin, _own, _now).Steps.Length;

    /// <summary>The same when every node says its autonomous system, of 300, and its country, of 40.</summary>
    [Benchmark]
    public int PassOver50000SlicesAllWithDeficitInPlaces() =>
        new Planner().Plan(_thinInPlaces, _own, _now).Steps.Length;

    [Benchmark]
    public int PassOverOneDeficit() => new Planner().Plan(_oneDeficit, _own, _now).Steps.Length;

    [Benchmark]
    public int HealthOf50000Slices() => HealthReport.Of(_healthy, _now).Models.Length;

    private int DeficitsAfterTheLoss(SwarmView view) => new Planner().Plan(view, _own, _now).Steps.Length;

    /// <summary>The holder of most models has been away for longer than its grace.</summary>
    private ImmutableSortedDictionary<NodeId, NodeView> WithoutOne(SwarmView view)
    {
        var most = view.Models.SelectMany(m => m.Holders).GroupBy(h => h.Node).MaxBy(g => g.Count())!.Key;
        return view.Nodes.SetItem(
            most, view.Nodes[most] with { AbsentSinceMs = _now.MonotonicMs - Pace.Real.GraceMs - 1 });
    }

    private static SwarmView InPlaces(SwarmView view) => view with
    {
        Nodes = view.Nodes.Values.Select((node, n) => node with
        {
            Asn = 1 + (uint)(n * 7 % 300),
            Country = $"{(char)('A' + n % 20)}{(char)('A' + n / 20 % 2)}",
        }).ToImmutableSortedDictionary(node => node.Id, node => node),
    };

    internal static NodeId Id(int number)
    {
        var name = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(name, number);
        return new NodeId(Hash256.Of(name));
    }

    /// <summary>Each slice is held by a quarter of its model's holders, or by all when there are few.</summary>
    private static SwarmView View(int nodes, int models, int holdersPerModel, int target, int slices = Slices) => new()
    {
        Version = 1,
        Self = Id(0),
        Policy = new Policy(target, Pace.Real, DomainRule.Subnet, 1L << 30),
        EpochSalt = Hash256.Of("salt"u8),
        Nodes = Enumerable.Range(0, nodes).ToImmutableSortedDictionary(Id, n => new NodeView
        {
            Id = Id(n),
            DonatedBytes = 1L << 41,
            FreeBytes = 1L << 40,
            Subnets = [$"v4:10.{n / 250}.{n % 250}.0/24"],
        }),
        Models = [.. Enumerable.Range(0, models).Select(m => Model(m, nodes, holdersPerModel, slices))],
    };

    private static ModelView Model(int number, int nodes, int holders, int slices)
    {
        var every = holders < 4 ? 1 : 4;
        var statements = Enumerable.Range(0, holders).Select(h => new Holder(
            Id(1 + (number * 7 + h) % (nodes - 1)),
            SliceSet.Of(Enumerable.Range(0, slices).Where(s => (s + h) % every == 0)), SliceSet.Empty, false));
        return new ModelView(EntryOf(number, slices), [.. statements.OrderBy(h => h.Node)], []);
    }

    private static Entry EntryOf(int number, int slices) => new()
    {
        ModelId = Id(1_000_000 + number).Hash,
        Model = $"org/model-{number}",
        Revision = "main",
        InfoHashV1 = [],
        ManifestHash = default,
        MetainfoHash = default,
        MetainfoBytes = 1,
        PieceLength = 1 << 20,
        Pieces = slices << 10,
        PiecesPerSlice = 1 << 10,
        Bytes = (long)slices << 30,
        Files = 1,
        Licence = "MIT",
        SliceLeaves = [.. Enumerable.Repeat(1 << 16, slices)],
    };
}
