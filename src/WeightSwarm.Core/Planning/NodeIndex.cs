using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>How long a node has been away, in the steps that counting knows; the order is the preference.</summary>
internal enum Standing : byte
{
    /// <summary>Seen now.</summary>
    Present,
    /// <summary>Absent, within the online window.</summary>
    Online,
    /// <summary>Absent, within the recent window.</summary>
    Recent,
    /// <summary>Absent, within its grace.</summary>
    Grace,
    /// <summary>Absent for longer than its grace.</summary>
    OverGrace,
    /// <summary>Absent for so long that nothing of it counts any more.</summary>
    Lost,
}

/// <summary>
/// The nodes of one view, laid out for counting: parallel arrays ordered by node id, with everything that does not
/// depend on a slice worked out once. Good for one pass at one moment. Also carries the marks that counting leaves for
/// one slice (who holds it, which failure domains are taken), which are cleared by raising a number. One thread.
/// </summary>
internal sealed class NodeIndex
{
    private static readonly int[] NoDomains = [];

    private readonly List<string> _domainNames = [];
    private readonly int[] _holding, _idle, _counted, _occupied, _reserved;
    private readonly int[] _countedBy, _occupiedBy;
    private int _mark;

    public NodeIndex(SwarmView view, Instant now)
    {
        View = view;
        Now = now;
        var count = view.Nodes.Count;
        Ids = new NodeId[count];
        Nodes = new NodeView[count];
        AbsentMs = new long[count];
        Standings = new Standing[count];
        Domains = new int[count][];
        Digests = new ulong[count];
        Weights = new ulong[count];
        Room = new long[count];
        Young = new bool[count];
        OnProbation = new bool[count];
        Struck = new bool[count];
        Fill(view, now);
        MarkStruck();
        Self = Find(view.Self);
        Consent = new ConsentIndex(Nodes);
        Crowds = view.Policy.Domains == DomainRule.Subnet ? Crowds.Of(Nodes) : null;
        _holding = new int[count];
        _idle = new int[count];
        _counted = new int[_domainNames.Count];
        _occupied = new int[_domainNames.Count];
        _reserved = new int[_domainNames.Count];
        _countedBy = new int[_domainNames.Count];
        _occupiedBy = new int[_domainNames.Count];
    }

    public SwarmView View { get; }
    public Instant Now { get; }
    public Pace Pace => View.Policy.Pace;
    public int Count => Ids.Length;
    /// <summary>This node's place, or -1 when it has no record yet.</summary>
    public int Self { get; }
    public NodeId[] Ids { get; }
    public NodeView[] Nodes { get; }
    public long[] AbsentMs { get; }
    public Standing[] Standings { get; }
    /// <summary>Numbers of the failure domains that a node is in; empty under the rule "node".</summary>
    public int[][] Domains { get; }
    public ulong[] Digests { get; }
    public ulong[] Weights { get; }
    /// <summary>Bytes that a node offers to new slices now; -1 when it is absent, draining or takes nothing.</summary>
    public long[] Room { get; }

    /// <summary>Who declines what.</summary>
    public ConsentIndex Consent { get; }

    /// <summary>The node has not been known for long.</summary>
    public bool[] Young { get; }

    /// <summary>The node is young, or discredited by its audits: only so many of such nodes' copies count.</summary>
    public bool[] OnProbation { get; }

    /// <summary>The node is absent, no longer online, still recent, and fell silent with many others.</summary>
    public bool[] Struck { get; }

    /// <summary>Whether some nodes hear only of the models of some buckets.</summary>
    public bool IsParted { get; private set; }

    /// <summary>The bucket of a model, where that matters.</summary>
    public int BucketOf(Entry model) => IsParted ? Bucket.Of(model.ModelId, View.BucketBits) : Bucket.None;

    /// <summary>Whether a node hears of the models of a bucket: who does not takes none of them.</summary>
    public bool HearsOf(int node, int bucket) =>
        bucket == Bucket.None || Nodes[node].Buckets.IsEmpty || Nodes[node].Buckets.AsSpan().BinarySearch(bucket) >= 0;

    /// <summary>The place of a node, or a negative number.</summary>
    public int Find(NodeId id) => Math.Max(-1, Array.BinarySearch(Ids, id));

    /// <summary>"subnet 203.0.113.0/24", "operator acme", "site attic".</summary>
    public string DomainName(int domain) => _domainNames[domain];

    /// <summary>Copies by autonomous system and country; null when nobody says where it is, or it does not matter.
    /// </summary>
    public Crowds? Crowds { get; }

    /// <summary>Forgets the marks of the slice before; of the next one so many copies are wanted.</summary>
    public void ClearMarks(int target)
    {
        _mark++;
        Crowds?.Turn(target);
    }

    public void MarkHolding(int node) => _holding[node] = _mark;

    /// <summary>Whether the node holds the slice or fetches it under a valid claim.</summary>
    public bool IsHolding(int node) => _holding[node] == _mark;

    public void MarkIdle(int node) => _idle[node] = _mark;

    /// <summary>Whether the node claimed the slice and lets it lie.</summary>
    public bool IsIdle(int node) => _idle[node] == _mark;

    /// <summary>Takes the node's domains for a counted copy.</summary>
    public void MarkCounted(int node) => Mark(node, _counted, _countedBy);

    /// <summary>Closes the node's domains to further takers, and counts it where it says it is.</summary>
    public void MarkOccupied(int node)
    {
        Mark(node, _occupied, _occupiedBy);
        Crowds?.Add(node);
    }

    /// <summary>A domain of this node that a counted copy is in, and by whom; -1 for none.</summary>
    public int CountedClash(int node, out int by) => Clash(node, _counted, _countedBy, out by);

    /// <summary>A domain of this node that a staying copy or a valid claim is in, and by whom; -1 for none.</summary>
    public int OccupiedClash(int node, out int by) => Clash(node, _occupied, _occupiedBy, out by);

    /// <summary>Takes the node's domains for one that could take the slice; false when somebody has one of
    /// them.</summary>
    public bool TryReserve(int node)
    {
        if (OccupiedClash(node, out _) >= 0) return false;
        foreach (var domain in Domains[node])
            if (_reserved[domain] == _mark)
                return false;
        foreach (var domain in Domains[node]) _reserved[domain] = _mark;
        return true;
    }

    /// <summary>Who occupies a domain for the slice; -1 for nobody.</summary>
    public int OccupiedBy(int domain) => _occupied[domain] == _mark ? _occupiedBy[domain] : -1;

    private void Mark(int node, int[] marks, int[] by)
    {
        foreach (var domain in Domains[node])
        {
            marks[domain] = _mark;
            by[domain] = node;
        }
    }

    private int Clash(int node, int[] marks, int[] markedBy, out int by)
    {
        foreach (var domain in Domains[node])
        {
            if (marks[domain] != _mark) continue;
            by = markedBy[domain];
            return domain;
        }
        by = -1;
        return -1;
    }

    private void Fill(SwarmView view, Instant now)
    {
        var numbers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var discredited = Discredit.Of(view.FailedAudits);
        var at = 0;
        foreach (var (id, node) in view.Nodes)
        {
            Ids[at] = id;
            Nodes[at] = node;
            AbsentMs[at] = id == view.Self ? 0 : node.AbsentMs(now);
            Standings[at] = StandingOf(AbsentMs[at], view.Policy.Pace);
            Domains[at] = view.Policy.Domains == DomainRule.Subnet ? DomainsOf(node, numbers) : NoDomains;
            Digests[at] = Rendezvous.NodeDigest(id);
            Weights[at] = Rendezvous.Weight(node.FreeBytes);
            var takes = AbsentMs[at] == 0 && !node.Draining && !node.AcceptsNothingNew;
            Room[at] = takes ? node.FreeBytes : -1;
            Young[at] = node.IsYoung(now);
            OnProbation[at] = Young[at] || discredited.Contains(id);
            IsParted |= !node.Buckets.IsEmpty;
            at++;
        }
    }

    private void MarkStruck()
    {
        var recent = new List<(long SinceMs, int Node)>();
        var present = 0;
        for (var node = 0; node < Count; node++)
            if (Standings[node] == Standing.Present) present++;
            else if (Standings[node] <= Standing.Recent) recent.Add((Now.MonotonicMs - AbsentMs[node], node));
        if (recent.Count < MassAbsence.Fewest) return;
        recent.Sort();
        var struck = new bool[recent.Count];
        MassAbsence.Mark([.. recent.Select(a => a.SinceMs)], present, Pace.OnlineMs, struck);
        for (var i = 0; i < struck.Length; i++)
            Struck[recent[i].Node] = struck[i] && Standings[recent[i].Node] == Standing.Recent;
    }

    /// <summary>The step of an absence of so long, 0 being none.</summary>
    public static Standing StandingOf(long absentMs, Pace pace) =>
        absentMs == 0 ? Standing.Present
        : absentMs > pace.LostMs ? Standing.Lost
        : absentMs > pace.GraceMs ? Standing.OverGrace
        : absentMs <= pace.OnlineMs ? Standing.Online
        : absentMs <= pace.RecentMs ? Standing.Recent
        : Standing.Grace;

    private int[] DomainsOf(NodeView node, SortedDictionary<string, int> numbers)
    {
        var names = FailureDomains.Of(node);
        return names.IsEmpty ? NoDomains : [.. names.Select(name => Number(name, numbers))];
    }

    private int Number(string name, SortedDictionary<string, int> numbers)
    {
        if (numbers.TryGetValue(name, out var number)) return number;
        numbers.Add(name, number = _domainNames.Count);
        _domainNames.Add(name);
        return number;
    }
}
