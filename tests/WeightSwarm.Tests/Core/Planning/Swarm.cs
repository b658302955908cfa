using System.Buffers.Binary;
using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>
/// Builds views the way a test says them aloud: so many copies wanted, node 1 holds slice 0, node 2 is absent for 12 s.
/// Node numbers are the order of node ids. Times are drill pace; "now" is <see cref="NowMs"/>.
/// </summary>
internal sealed class Swarm
{
    public const long NowMs = 10_000_000;
    public const long Gigabyte = 1_000_000_000;

    private readonly SortedDictionary<NodeId, NodeView> _nodes = [];
    private readonly List<(int Model, Holder Holder)> _holders = [];
    private readonly List<(int Model, SliceClaim Claim)> _claims = [];
    private readonly List<Entry> _entries = [];
    private Policy _policy = new(3, Pace.Drill, DomainRule.Node, 64 << 20);

    public static Instant Now => new(NowMs, 1_800_000_000_000);

    public static NodeId Id(int number)
    {
        var bytes = new byte[Hash256.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        bytes[^1] = 7;
        return new NodeId(new Hash256(bytes));
    }

    public static Entry Model(int number, int slices, long sliceBytes = 64 << 20, int copies = 0) => new()
    {
        ModelId = Id(1_000_000 + number).Hash,
        Model = $"org/model-{number}",
        Revision = "main",
        InfoHashV1 = [.. new byte[20]],
        ManifestHash = default,
        MetainfoHash = default,
        MetainfoBytes = 1,
        PieceLength = 1 << 20,
        Pieces = (int)(slices * sliceBytes >> 20),
        PiecesPerSlice = (int)Math.Max(1, sliceBytes >> 20),
        Bytes = slices * sliceBytes,
        Files = 1,
        Licence = "MIT",
        Copies = copies,
        SliceLeaves = [.. Enumerable.Repeat((int)(sliceBytes >> 14), slices)],
    };

    public Swarm Wanting(int copies, DomainRule domains = DomainRule.Node, Pace? pace = null)
    {
        _policy = _policy with { Copies = copies, Domains = domains, Pace = pace ?? Pace.Drill };
        return this;
    }

    public Swarm With(Entry entry)
    {
        _entries.Add(entry);
        return this;
    }

    public Swarm Node(
        int number, long absentMs = 0, long free = 100 * Gigabyte, string subnet = "", string site = "",
        string op = "", bool draining = false, bool closed = false)
    {
        _nodes[Id(number)] = new NodeView
        {
            Id = Id(number),
            DonatedBytes = 200 * Gigabyte,
            FreeBytes = free,
            Operator = op,
            Site = site,
            Subnets = subnet.Length == 0 ? [] : [subnet],
            Draining = draining,
            AcceptsNothingNew = closed,
            AbsentSinceMs = absentMs == 0 ? null : NowMs - absentMs,
        };
        return this;
    }

    /// <summary>A node that is there already says where it is.</summary>
    public Swarm In(int number, uint asn, string country = "")
    {
        _nodes[Id(number)] = _nodes[Id(number)] with { Asn = asn, Country = country };
        return this;
    }

    /// <summary>A node that is on probation for three minutes more.</summary>
    public Swarm Young(int number, string subnet = "")
    {
        Node(number, subnet: subnet);
        _nodes[Id(number)] = _nodes[Id(number)] with { YoungUntilMs = NowMs + 180_000 };
        return this;
    }

    /// <summary>A node that is there already declines models.</summary>
    public Swarm Declining(int number, params DeclineRule[] rules)
    {
        _nodes[Id(number)] = _nodes[Id(number)] with { Declines = new Declines([.. rules]) };
        return this;
    }

    public Swarm Nodes(int first, int last, long free = 100 * Gigabyte)
    {
        for (var number = first; number <= last; number++) Node(number, free: free);
        return this;
    }

    public Swarm Holds(int node, params int[] slices) => Holding(node, slices, []);

    public Swarm Holding(int node, int[] slices, int[] releasing, int model = 0)
    {
        _holders.Add((model, new Holder(Id(node), SliceSet.Of(slices), SliceSet.Of(releasing), false)));
        return this;
    }

    /// <summary>Holds slices of the first model on a volume that has been away for so long.</summary>
    public Swarm HoldsAway(int node, long awayMs, params int[] slices)
    {
        _holders.Add((0, new Holder(Id(node), SliceSet.Of(slices), SliceSet.Empty, false)
        {
            Away = SliceSet.Of(slices),
            AwaySinceMs = Now.UnixMs - awayMs,
        }));
        return this;
    }

    public Swarm Trashes(int node, params int[] slices)
    {
        _holders.Add((0, new Holder(Id(node), SliceSet.Empty, SliceSet.Empty, false) { Trash = SliceSet.Of(slices) }));
        return this;
    }

    public Swarm Claims(int node, int slice, ulong score = 1, int progress = 0, long quietMs = 0, ulong epoch = 0)
    {
        _claims.Add((0, new SliceClaim(Id(node), slice, epoch, score, progress, NowMs - quietMs)));
        return this;
    }

    public SwarmView SeenBy(int viewer) => new()
    {
        Version = 1,
        Self = Id(viewer),
        Policy = _policy,
        EpochSalt = Hash256.Of("a salt"u8),
        Nodes = _nodes.ToImmutableSortedDictionary(),
        Models = [.. _entries.Select((entry, at) => new ModelView(
            entry,
            [.. _holders.Where(h => h.Model == at).Select(h => h.Holder).OrderBy(h => h.Node)],
            [.. _claims.Where(c => c.Model == at).Select(c => c.Claim).OrderBy(c => c.Slice).ThenBy(c => c.Node)]))],
    };

    public static OwnSituation Own(
        long room = 100 * Gigabyte, SliceSet? fetching = null, SliceSet? held = null) => new()
        {
            RoomBytes = room,
            DonatedBytes = 200 * Gigabyte,
            Fetching = OfFirstModel(fetching),
            Held = OfFirstModel(held),
        };

    private static ImmutableSortedDictionary<Hash256, SliceSet> OfFirstModel(SliceSet? slices)
    {
        var none = ImmutableSortedDictionary<Hash256, SliceSet>.Empty;
        return slices is null ? none : none.Add(Model(0, 1).ModelId, slices);
    }
}
