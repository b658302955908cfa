using System.Collections.Immutable;
using System.Net;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Keeps the view of the record set: each accepted or ended record changes the part that it is about, and only parts
/// that changed are made anew when a view is asked for.
/// </summary>
/// <param name="self">Whose view it is.</param>
/// <param name="salt">Of its table; those who make keys must not know it.</param>
public sealed partial class SwarmViewBuilder(NodeId self, ulong salt = 0)
{
    private readonly SortedDictionary<Hash256, ModelParts> _models = [];
    private readonly SortedDictionary<NodeId, V1.Node> _nodes = [];
    private readonly List<Arrival> _arrivals = [];
    // The same as the nodes, for those who ask of one, with the view of each while it is present.
    private readonly FlatMap<NodeId, (V1.Node Body, NodeView View)> _known = new(salt);
    private SortedSet<NodeId> _reachable = [];
    private ImmutableSortedDictionary<NodeId, NodeView> _nodeViews = ImmutableSortedDictionary<NodeId, NodeView>.Empty;
    // Whose view is to be made, and who is absent in the newest one.
    private readonly SortedSet<NodeId> _unviewed = [], _absent = [];
    private ImmutableSortedDictionary<CopyKey, long> _failedAudits = ImmutableSortedDictionary<CopyKey, long>.Empty;
    private Charter? _charter;
    private NodeId _founder;
    private Curation? _curation;
    private long _version;

    private sealed class ModelParts
    {
        public SortedDictionary<NodeId, CuratedEntry> Entries { get; } = [];
        public SortedDictionary<NodeId, V1.Holding> Holdings { get; } = [];
        public SortedDictionary<(int Slice, NodeId Node), SliceClaim> Claims { get; } = [];
        public SortedDictionary<(int Slice, NodeId Node), ClaimTry> Tries { get; } = [];
        public SortedDictionary<(int Slice, NodeId Node), SliceIntent> Intents { get; } = [];
        public ModelView? View { get; set; }
        public int? Bucket { get; set; }
    }

    /// <summary>Grows with every change.</summary>
    public long Version => _version;

    /// <summary>Takes in a record that the set has accepted. One that says what the one before it said changes
    /// nothing: a network at rest renews its leases and is not planned anew for it.</summary>
    public void Accepted(Record record, Instant now)
    {
        switch (record.Kind)
        {
            case RecordKind.Charter:
                _charter = RecordBodies.Charter(record);
                _founder = record.Author;
                Reconsider();
                Census.Rule(_charter.Policy);
                (_nodeViews, _reachable) = (ImmutableSortedDictionary<NodeId, NodeView>.Empty, FindReachable());
                _unviewed.UnionWith(_nodes.Keys);
                Departed();
                _version++;
                break;
            case RecordKind.Node:
                TakeNode(record, now);
                break;
            case RecordKind.Entry:
                Parts(record).Entries[record.Author] = new CuratedEntry(
                    record.Author, RecordBodies.Entry(record), record.Seq, record.IssuedMs);
                MindBudgets();
                break;
            case RecordKind.Holding:
                TakeHolding(record, now);
                break;
            case RecordKind.Claim:
                TakeClaim(record, now);
                break;
            case RecordKind.ReleaseIntent:
                TakeIntent(record);
                break;
        }
    }

    /// <summary>Takes out a record whose lease is over.</summary>
    public void Ended(Record record, Instant now)
    {
        switch (record.Kind)
        {
            case RecordKind.Node:
                NoteBuckets(BodyOf(record.Author), null);
                _nodes.Remove(record.Author);
                _known.Remove(record.Author);
                _nodeViews = _nodeViews.Remove(record.Author);
                _absent.Remove(record.Author);
                _reachable.Remove(record.Author);
                Admitted(Census.Left(record.Author));
                _version++;
                Departed();
                break;
            case RecordKind.Entry:
                Parts(record).Entries.Remove(record.Author);
                MindBudgets();
                break;
            case RecordKind.Holding:
                Parts(record).Holdings.Remove(record.Author);
                break;
            case RecordKind.Claim:
                EndClaim(record, now);
                break;
            case RecordKind.ReleaseIntent:
                Parts(record).Intents.Remove((RecordBodies.SliceOf(record), record.Author));
                break;
        }
    }

    /// <summary>Since when each member is known, and who is admitted.</summary>
    public Census Census { get; } = new(self);

    /// <summary>The node records by author, as last accepted.</summary>
    public IReadOnlyDictionary<NodeId, V1.Node> Nodes => _nodes;

    /// <summary>Whether a node record of that author is known.</summary>
    public bool Knows(NodeId author) => _known.TryGetValue(author, out _);

    /// <summary>The admitted nodes that give an address: those who can be monitors.</summary>
    public IReadOnlyCollection<NodeId> Reachable => _reachable;

    /// <summary>Grows whenever a node comes, goes, or gains or loses its address.</summary>
    public long MembershipVersion { get; private set; }

    /// <summary>Grows whenever a node goes or loses its address.</summary>
    public long Departures { get; private set; }

    /// <summary>Those who came or gained an address, in order, since one last went or lost its own.</summary>
    public IReadOnlyList<Arrival> Arrivals => _arrivals;

    /// <summary>The view now; null while the charter is not known.</summary>
    /// <param name="absentSinceMs">Since when (monotonic) a node is absent, or null.</param>
    /// <param name="doubted">All others are present.</param>
    public SwarmView? Build(Func<NodeId, long?> absentSinceMs, IReadOnlyCollection<NodeId> doubted)
    {
        if (_charter is null) return null;
        RenewNodeViews(absentSinceMs, doubted);
        return new SwarmView
        {
            Version = _version,
            Self = self,
            Policy = _charter.Policy,
            EpochSalt = Hash256.Of("weightswarm epoch 0"u8),
            Nodes = _nodeViews,
            Models = [.. _models.Values.Select(ViewOf).OfType<ModelView>()],
            FailedAudits = _failedAudits,
            WatchesAll = _watches is null,
            BucketBits = BucketBits,
        };
    }

    /// <summary>Other copies than before have failed this node's audits.</summary>
    public void Failed(ImmutableSortedDictionary<CopyKey, long> copies)
    {
        _failedAudits = copies;
        _version++;
    }

    /// <summary>What each curator has added and may add.</summary>
    public Curation Curation => _curation ??=
        Curation.Of(_charter, _models.Values.SelectMany(m => m.Entries.Values));

    /// <summary>One entry more or less may decide about others of its curator.</summary>
    private void MindBudgets()
    {
        _curation = null;
        if (_charter is { } charter && charter.Curators.Any(c => c.BudgetBytes > 0)) Reconsider();
    }

    /// <summary>Who may add what has changed, or how much: every model's entry is chosen anew.</summary>
    private void Reconsider()
    {
        _curation = null;
        foreach (var parts in _models.Values) parts.View = null;
    }

    private void RenewNodeViews(Func<NodeId, long?> absentSinceMs, IReadOnlyCollection<NodeId> doubted)
    {
        _unviewed.UnionWith(doubted);
        _unviewed.UnionWith(_absent);
        if (_unviewed.Count == 0) return;
        var views = _nodeViews.ToBuilder();
        foreach (var id in _unviewed)
        {
            if (!_known.TryGetValue(id, out var node) || !Census.IsAdmitted(id)) continue;
            var since = absentSinceMs(id);
            if (since is null) _absent.Remove(id);
            else _absent.Add(id);
            var young = Census.YoungUntilMs(id);
            var unreliable = _claims.IsUnreliable(id);
            views[id] = since is null && young is null && !unreliable ? node.View
                : node.View with { AbsentSinceMs = since, YoungUntilMs = young, BreaksClaims = unreliable };
        }
        _unviewed.Clear();
        _nodeViews = views.ToImmutable();
    }

    private void TakeHolding(Record record, Instant now)
    {
        var body = RecordBodies.Holding(record);
        var known = _models.GetValueOrDefault(RecordBodies.ModelOf(record))?.Holdings.GetValueOrDefault(record.Author);
        if (body.Equals(known)) return;
        var parts = Parts(record);
        parts.Holdings[record.Author] = body;
        Settle(parts, record.Author, known, body, now);
    }

    private void TakeNode(Record record, Instant now)
    {
        var (author, node) = (record.Author, RecordBodies.Node(record));
        Census.Came(author, [.. node.Endpoints.Select(e => new IPAddress(e.Ip.Span))], now);
        var known = _known.Find(author).Body;
        if (known?.Equals(node) == true) return;
        NoteBuckets(known, node);
        _version++;
        if (known is not null) _nodeViews = _nodeViews.Remove(author);
        _unviewed.Add(author);
        var reachable = IsReachable(author, node);
        var moved = reachable ? _reachable.Add(author) : _reachable.Remove(author);
        if (moved && !reachable) Departed();
        else if (moved || known is null)
        {
            MembershipVersion++;
            _arrivals.Add(new Arrival(author, known is null, moved));
        }
        _nodes[author] = node;
        _known.At(author) = (node, record.Derived(PresentView));
    }

    private void Departed()
    {
        MembershipVersion++;
        Departures++;
        _arrivals.Clear();
    }

    private void Admitted(IReadOnlyList<NodeId> inItsPlace)
    {
        if (inItsPlace.Count == 0) return;
        _unviewed.UnionWith(inItsPlace);
        _reachable = FindReachable();
    }

    private bool IsReachable(NodeId author, V1.Node node) =>
        node.Endpoints.Any(e => e.GossipPort > 0) && Census.IsAdmitted(author);

    private SortedSet<NodeId> FindReachable() =>
        [.. _nodes.Where(n => IsReachable(n.Key, n.Value)).Select(n => n.Key)];

    private ModelParts Parts(Record record)
    {
        var model = RecordBodies.ModelOf(record);
        if (!_models.TryGetValue(model, out var parts)) _models[model] = parts = new ModelParts();
        parts.View = null;
        _version++;
        return parts;
    }

    private void TakeIntent(Record record)
    {
        var intents = Parts(record).Intents;
        var body = RecordBodies.ReleaseIntent(record);
        var key = (RecordBodies.SliceOf(record), record.Author);
        if (body.Cancelled) intents.Remove(key);
        else intents[key] = new SliceIntent(
            key.Item1, new ReleaseTicket((long)body.TicketMs, record.Author));
    }

    private ModelView? ViewOf(ModelParts parts)
    {
        if (parts.View is not null) return Seen(parts.View, parts);
        if (EntryChoice.Of(parts.Entries.Values, _founder, Curation) is not { } choice) return null;
        var entry = choice.Entry;
        var holders = parts.Holdings.Select(h => HolderOf(h.Key, h.Value, entry))
            .Where(h => !h.Verified.IsEmpty || !h.Trash.IsEmpty);
        var claims = parts.Claims.Values.Where(c => c.Slice < entry.Slices);
        parts.View = new ModelView(entry, [.. holders], [.. claims])
        {
            Intents = [.. parts.Intents.Values.Where(i => i.Slice < entry.Slices)],
            ChangedMs = choice.ChangedMs,
            AddedMs = choice.AddedMs,
            IsFounders = choice.IsFounders,
        };
        return Seen(parts.View, parts);
    }

    private static Holder HolderOf(NodeId node, V1.Holding holding, Entry entry) => new(
        node, SliceSet.FromBitmap(holding.Verified.Span, entry.Slices),
        SliceSet.FromBitmap(holding.Releasing.Span, entry.Slices), holding.InPlace)
    {
        Trash = SliceSet.FromBitmap(holding.Trash.Span, entry.Slices),
        Away = SliceSet.FromBitmap(holding.Away.Span, entry.Slices),
        AwaySinceMs = (long)holding.AwaySinceMs,
    };

    private static NodeView PresentView(Record record) => PresentView(record.Author, RecordBodies.Node(record));

    private static NodeView PresentView(NodeId id, V1.Node node) => new()
    {
        Id = id,
        DonatedBytes = (long)node.DonatedBytes,
        FreeBytes = (long)node.FreeBytes,
        Operator = node.Operator,
        Site = node.Site,
        Asn = node.Asn,
        Country = node.Country,
        Subnets = [.. node.Endpoints.Select(e => SubnetOf(e.Ip.Span)).Distinct().Order(StringComparer.Ordinal)],
        Draining = node.Draining,
        AcceptsNothingNew = node.AcceptsNothingNew,
        Buckets = [.. node.Buckets.Select(b => (int)b)],
        Declines = DeclineBodies.Declines(node),
        StartedMs = (long)Math.Min(node.StartedMs, 1UL << 53),
    };

    /// <summary>The /24 of an IPv4 address or the /48 of an IPv6 one, as text.</summary>
    internal static string SubnetOf(ReadOnlySpan<byte> ip)
    {
        Span<byte> masked = stackalloc byte[16];
        ip.CopyTo(masked);
        masked = masked[..ip.Length];
        masked[(ip.Length == 4 ? 3 : 6)..].Clear();
        return $"{(ip.Length == 4 ? "v4" : "v6")}:{new IPAddress(masked)}/{(ip.Length == 4 ? 24 : 48)}";
    }
}
