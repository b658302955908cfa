using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>All nodes, the network between them and the time that they share. One seed decides everything.</summary>
internal sealed class SimWorld : IDisposable
{
    /// <summary>The wall clock at the beginning: 2027-01-15 08:00 UTC.</summary>
    public const long EpochUnixMs = 1_800_000_000_000;

    private readonly Schedule _schedule = new();
    private readonly SortedDictionary<Hash256, Entry> _entries = [];
    private readonly Dictionary<NodeId, SimNode> _byId;
    private ulong _lastSeq;

    public SimWorld(ulong seed, int nodes, Policy policy, TextWriter? trace)
    {
        Seed = seed;
        Policy = policy;
        Random = new SplitMix64(seed);
        Log = new EventLog(trace);
        Founder = new SimKey(seed, -1);
        Network = new NetworkId(Founder.Id.Hash);
        TickMs = policy.Pace.TickMs;
        Nodes = new SimNode[nodes];
        for (var i = 0; i < nodes; i++) Nodes[i] = new SimNode(this, i, 0);
        _byId = Nodes.ToDictionary(n => n.Id);
        Net = new Net(this, Random.Split());
        Oracle = new Oracle(this);
        Metrics = new Metrics(this);
        Repairs = new Repairs(this);
        Releases = new Releases(this);
        Audits = new Audits(this);
        Progress = new Progress(this);
    }

    public ulong Seed { get; }
    /// <summary>The network's own key.</summary>
    public SimKey Founder { get; }
    public Policy Policy { get; }
    public Pace Pace => Policy.Pace;
    /// <summary>Strangers may join it: what a node knows of others is kept over restarts.</summary>
    public bool IsOpen => Policy.Domains == DomainRule.Subnet;
    public SplitMix64 Random { get; }
    public NetworkId Network { get; }
    public SimNode[] Nodes { get; }
    public Net Net { get; }
    public EventLog Log { get; }
    public Oracle Oracle { get; }
    public Metrics Metrics { get; }
    public Repairs Repairs { get; }
    public Releases Releases { get; }
    public Audits Audits { get; }
    public Progress Progress { get; }
    public long NowMs => _schedule.NowMs;
    /// <summary>Bytes of a piece of every model.</summary>
    public int PieceBytes { get; init; } = 1 << 20;
    /// <summary>How often cores are woken, ms.</summary>
    public long TickMs { get; init; }
    /// <summary>From which size on the network is parted into buckets.</summary>
    public BucketRules Buckets { get; init; } = BucketRules.Default;
    /// <summary>The run ends at the latest then, however far its story has come.</summary>
    public long EndMs { get; set; } = long.MaxValue;
    /// <summary>Cores are ticked at every moment, not only at those at which they want to be.</summary>
    public bool TicksAlways { get; set; }
    /// <summary>Frames go from node to node as bytes, as on a wire, not as the objects that were sent.</summary>
    public bool ThroughBytes { get; set; }
    /// <summary>Told of every fetch that a core begins.</summary>
    public Action<SimNode, Hash256, int>? FetchBegan { get; set; }
    public KnownRecords Known { get; } = new();
    public Registers Registers { get; } = new();
    /// <summary>Bulk data advances in steps of so many ms.</summary>
    public long FetchStepMs { get; init; } = 200;
    /// <summary>A fetch that does not move for so long has failed, ms.</summary>
    public long FetchPatienceMs { get; init; } = 5_000;
    public long DownBytesPerSecond { get; init; } = 100_000_000;
    public long UpBytesPerSecond { get; init; } = 50_000_000;
    /// <summary>What is read to be verified is read so fast.</summary>
    public long ReadBytesPerSecond { get; init; } = 150_000_000;
    /// <summary>To flush a slice takes so long, ms.</summary>
    public long FlushMs { get; init; }
    /// <summary>How often a node was started or stopped.</summary>
    public long Starts { get; private set; }
    /// <summary>Nodes that run.</summary>
    public IEnumerable<SimNode> Live => Nodes.Where(n => n.Up);
    /// <summary>The number of a running node, drawn at random.</summary>
    public int AnyLive() => Live.ElementAt((int)Random.Below(Live.Count())).Number;

    public IReadOnlyCollection<Entry> Entries => _entries.Values;

    public SimNode NodeOf(NodeId id) => _byId[id];

    public bool IsCatalogued(Hash256 model) => _entries.ContainsKey(model);

    public Entry Entry(Hash256 model) => _entries[model];

    public void In(long ms, Action action) => _schedule.In(ms, action);

    public void At(long ms, Due due) => _schedule.At(ms, due);

    /// <summary>Lets so much time go by.</summary>
    /// <exception cref="RunOverException">The run ends before, at <see cref="EndMs"/>.</exception>
    public void RunFor(long ms)
    {
        var until = NowMs + ms;
        while (_schedule.Step(Math.Min(until, EndMs)))
        {
        }
        if (until > EndMs) throw new RunOverException();
    }

    /// <summary>Runs until the condition holds, looking every so often; the time that it took, ms.</summary>
    /// <exception cref="ScenarioFailedException">It does not hold in time.</exception>
    public long RunUntil(string what, long withinMs, long everyMs, Func<bool> condition, Func<string>? seen = null)
    {
        var start = NowMs;
        while (!condition())
        {
            if (NowMs - start >= withinMs)
                throw new ScenarioFailedException(
                    $"{what}: not within {withinMs / 1000} s{(seen is null ? "" : "; " + seen())}");
            RunFor(everyMs);
        }
        Log.Say(NowMs, -1, $"{what}: after {NowMs - start} ms");
        return NowMs - start;
    }

    /// <summary>Starts a node that knows the addresses of some others.</summary>
    public void Start(int node, params int[] knows)
    {
        Starts++;
        Nodes[node].Bootstrap = [.. knows.Select(Net.AddressOf)];
        Nodes[node].Start();
        Repairs.Look(Nodes[node]);
    }

    /// <summary>Ends a node's process, or with it the whole host.</summary>
    public void Stop(int node, bool hostToo)
    {
        Starts++;
        Nodes[node].Stop(hostToo);
        Repairs.Look(Nodes[node]);
    }

    /// <summary>The power of a node goes.</summary>
    public void CutPower(int node)
    {
        Starts++;
        Nodes[node].LosePower();
        Repairs.Look(Nodes[node]);
    }

    /// <summary>The founder's charter comes out at a node.</summary>
    public void PublishCharter(int at, params Curator[] curators) => Publish(
        at, Founder, RecordKind.Charter, [], RecordBodies.Charter(new Charter("simulation", [.. curators], Policy)));

    /// <summary>The founder catalogues a model at a node, which holds all of it in place.</summary>
    public Entry AddModel(int at, int number, int slices, long sliceBytes, int copies = 0) =>
        AddModel(at, Founder, number, slices, sliceBytes, copies);

    /// <summary>A key catalogues a model at a node, which holds all of it in place.</summary>
    public Entry AddModel(int at, SimKey key, int number, int slices, long sliceBytes, int copies = 0)
    {
        var entry = MakeEntry(number, slices, sliceBytes, copies);
        Catalogue(at, key, entry);
        HoldInPlace(at, entry);
        return entry;
    }

    /// <summary>A node that has a model's files holds all of it in place.</summary>
    public void HoldInPlace(int at, Entry entry)
    {
        foreach (var slice in Enumerable.Range(0, entry.Slices))
        {
            Nodes[at].Disk.Intact.Add((entry.ModelId, slice), 0);
            Nodes[at].Disk.Verified((entry.ModelId, slice), Nodes[at].Now.UnixMs);
        }
        Nodes[at].Handle(
            new CoreInput.SlicesHeld(entry.ModelId, SliceSet.All(entry.Slices), InPlace: true), EventKind.Verified);
    }

    /// <summary>A key writes its entry of a model, for the first time or another.</summary>
    public void Catalogue(int at, SimKey key, Entry entry)
    {
        _entries[entry.ModelId] = entry;
        Publish(at, key, RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry));
    }

    /// <summary>The founder's entry wants another number of copies from now on.</summary>
    public void ChangeCopies(int at, Hash256 model, int copies) =>
        Catalogue(at, Founder, _entries[model] with { Copies = copies });

    public void Dispose() => Log.Dispose();

    private void Publish(int at, SimKey key, RecordKind kind, byte[] subject, Google.Protobuf.IMessage body)
    {
        var now = Nodes[at].Now;
        _lastSeq = Math.Max(_lastSeq + 1, (ulong)now.UnixMs);
        var record = EnvelopeCodec.Write(
            key, Network, kind, subject, body, _lastSeq, now.UnixMs, RecordSet.CatalogueTtlMs);
        Nodes[at].Handle(new CoreInput.Publish(record), EventKind.Publish);
    }

    private Entry MakeEntry(int number, int slices, long sliceBytes, int copies)
    {
        var name = System.Text.Encoding.UTF8.GetBytes($"model {number} of seed {Seed}");
        var piecesPerSlice = (int)(sliceBytes / PieceBytes);
        return new Entry
        {
            ModelId = Hash256.Of(name),
            Model = $"sim/model-{number}",
            Revision = "1",
            InfoHashV1 = [.. Hash256.Of(name).ToArray()[..20]],
            ManifestHash = Hash256.Of(name),
            MetainfoHash = Hash256.Of(name),
            MetainfoBytes = 1000,
            PieceLength = PieceBytes,
            Pieces = slices * piecesPerSlice,
            PiecesPerSlice = piecesPerSlice,
            Bytes = slices * sliceBytes,
            Files = 1,
            Licence = "MIT",
            Copies = copies,
            SliceLeaves = [.. Enumerable.Repeat((int)(sliceBytes >> 14), slices)],
        };
    }
}
