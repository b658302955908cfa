using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Sees every disk and every accepted record, and fails the run at the first broken invariant. Nothing is sampled: each
/// invariant is checked at every event that could break it, and at no other.
/// <list type="bullet">
/// <item>I1 and I2, at every slice that software gives up: <see cref="Releases.GiveUp"/>.</item>
/// <item>I3, at every holding that a node signs or renews, for all its slices: each is intact, and none is in doubt; a
/// slice that a fault takes is watched until its node has found it out.</item>
/// <item>I4, at every record that any node accepts: no register goes back, none is of another network or over.</item>
/// <item>I5, at every frame (size), at every change of a disk or a fetch (bytes, fetches), and at every tick that has
/// something to do (streams).</item>
/// <item>I6, at every fetch and every release: a node acts on what its own core says, there is no other way.</item>
/// </list>
/// </summary>
internal sealed class Oracle
{
    private const int MostPeers = 96, MostFetches = 64;
    private const long BorderMs = 2 * 10 * 60_000;

    private readonly SimWorld _world;
    // By node and register; 0 for none yet.
    private readonly ulong[][] _seqs;
    private readonly Dictionary<(Hash256, int), SortedSet<int>> _holders = [];
    // By author and short id: Unix milliseconds at the author's clock.
    private readonly Dictionary<(NodeId, ulong), long> _renewedUntil = [];

    public Oracle(SimWorld world)
    {
        _world = world;
        _seqs = [.. world.Nodes.Select(_ => Array.Empty<ulong>())];
        foreach (var node in world.Nodes)
            node.Disk.Intact.Changed = (model, slice, here) => Moved(node, model, slice, here);
    }

    /// <summary>Nodes whose disks have an intact copy, running or not, in order of their numbers.</summary>
    public IReadOnlyCollection<int> Holders(Hash256 model, int slice) =>
        _holders.TryGetValue((model, slice), out var holders) ? holders : [];

    /// <summary>Intact copies of a slice on all disks, or on those of running nodes.</summary>
    public int Copies(Hash256 model, int slice, bool upOnly = true)
    {
        if (!_holders.TryGetValue((model, slice), out var holders)) return 0;
        if (!upOnly) return holders.Count;
        var copies = 0;
        foreach (var holder in holders)
            if (_world.Nodes[holder].Up)
                copies++;
        return copies;
    }

    /// <summary>Told of every record that a node accepts.</summary>
    public Action<SimNode, Record>? Seen { get; set; }

    public void Accepted(SimNode node, Record record)
    {
        Seen?.Invoke(node, record);
        Monotone(node, record);
        // One of an earlier life that comes back from the network is not its word of now.
        var isOwn = record.Author == node.Id && !(node.Faults.HasOldRecords && record.IssuedMs < node.StartedUnixMs);
        if (isOwn && record.Kind == RecordKind.Holding) Truth(node, record);
        if (isOwn && record.Kind == RecordKind.Renewal) Renewed(node, record);
    }

    private void Renewed(SimNode node, Record renewal)
    {
        foreach (var shortId in Renewals.Listed(renewal))
        {
            var key = (renewal.Author, shortId);
            _renewedUntil[key] = Math.Max(EndOf(renewal), _renewedUntil.GetValueOrDefault(key));
            if (node.Core.RecordOf(shortId) is { Kind: RecordKind.Holding } holding) Truth(node, holding);
        }
    }

    private static long EndOf(Record record) => record.IssuedMs + record.TtlMs;

    /// <summary>I5: what grows without bound would show here.</summary>
    public static void AfterTick(SimNode node)
    {
        var peers = node.Core.SessionCount;
        if (peers > MostPeers) throw new ScenarioFailedException($"I5: node {node.Number} has {peers} streams");
    }

    /// <summary>I5 of a disk and of the fetches to it.</summary>
    public static void Bounds(SimNode node)
    {
        if (node.Disk.UsedBytes > Math.Max(node.Disk.QuotaBytes, node.Disk.MostBytes))
            throw new ScenarioFailedException(
                $"I5: node {node.Number} uses {node.Disk.UsedBytes} of {node.Disk.QuotaBytes} bytes");
        if (node.Transfers.Count > MostFetches)
            throw new ScenarioFailedException($"I5: node {node.Number} has {node.Transfers.Count} fetches under way");
    }

    /// <summary>The lives of a node share one numbering.</summary>
    public ulong HighestSeq(int node, NodeId author) =>
        _seqs[node].Where((seq, number) => seq > 0 && _world.Registers[number].Author == author)
            .DefaultIfEmpty().Max();

    private void Moved(SimNode node, Hash256 model, int slice, bool here)
    {
        if (!_holders.TryGetValue((model, slice), out var holders)) _holders.Add((model, slice), holders = []);
        if (here) holders.Add(node.Number);
        else holders.Remove(node.Number);
        _world.Repairs.Look(model, slice);
    }

    /// <summary>I3: a slice that a node advertises is intact on its disk, or it cannot know better yet.</summary>
    private static void Truth(SimNode node, Record record)
    {
        var model = RecordBodies.ModelOf(record);
        var said = SliceSet.FromBitmap(RecordBodies.Holding(record).Verified.Span, 1 << 16);
        foreach (var slice in said.Slices)
            if (node.Disk.Doubted.Contains((model, slice)))
                throw new ScenarioFailedException(
                    $"I3: node {node.Number} advertises slice {slice}, which is in doubt and was not read");
            else if (!node.Disk.Has(model, slice) && !node.Faults.IsHidden(model, slice))
                throw new ScenarioFailedException(
                    $"I3: node {node.Number} advertises slice {slice}, which its disk does not have");
    }

    /// <summary>
    /// I4: no register goes back, whatever was forgotten in between, and nothing is accepted long after its lease.
    /// </summary>
    private void Monotone(SimNode node, Record record)
    {
        ref var seq = ref _world.Registers.At(ref _seqs[node.Number], record.Key);
        if (record.Seq < seq && !node.Faults.MayForget(record.Key))
            throw new ScenarioFailedException(
                $"I4: node {node.Number} accepts {Words.Of(_world, record)} after seq {seq % 1_000_000_000}");
        if (EndOf(record) + BorderMs < node.Now.UnixMs &&
            _renewedUntil.GetValueOrDefault((record.Author, record.Id.Prefix)) + BorderMs < node.Now.UnixMs)
            throw new ScenarioFailedException(
                $"I4: node {node.Number} accepts {Words.Of(_world, record)}, whose lease is over");
        seq = record.Seq;
    }
}
