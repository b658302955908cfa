using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.V1;
using RecordKind = WeightSwarm.Core.Records.RecordKind;

namespace WeightSwarm.Simulation.World;

/// <summary>Counts what the reports show.</summary>
internal sealed class Metrics(SimWorld world)
{
    private const long ForgetAfterMs = 10 * 60_000;
    private const int FineMs = 100_000, MostSeconds = 100_000;

    private readonly long[] _bytes = new long[world.Nodes.Length];
    private readonly (long Count, long Bytes)[] _byKind = new (long, long)[32];
    private readonly SortedDictionary<RecordKind, (long Count, long Bytes)> _received = [];
    private readonly Dictionary<Hash256, (long AtMs, long Lives)> _born = [];
    private readonly Queue<(long AtMs, Hash256 Id)> _order = new();
    // By the millisecond up to 100 s, by the second above.
    private readonly long[] _delays = new long[FineMs + MostSeconds];
    private readonly SortedDictionary<string, long> _closes = [];
    private long _delaysCount;

    public long Messages { get; private set; }
    public long TotalBytes => _bytes.Sum();
    public long FetchesStarted { get; private set; }
    public long FetchesStopped { get; private set; }
    public long FetchesWithoutRoom { get; private set; }
    public long FetchedBytes { get; private set; }
    /// <summary>Of all fetches, whatever became of them.</summary>
    public long MovedBytes { get; private set; }
    /// <summary>Fetched for slices that were given up, bytes.</summary>
    public long WastedBytes { get; private set; }
    public IEnumerable<(Frame.KindOneofCase Kind, long Count, long Bytes)> ByKind => _byKind
        .Select((sum, kind) => ((Frame.KindOneofCase)kind, sum.Count, sum.Bytes)).Where(k => k.Count > 0);
    public IReadOnlyDictionary<string, long> Closes => _closes;
    /// <summary>Records that nodes have newly accepted from others.</summary>
    public IReadOnlyDictionary<RecordKind, (long Count, long Bytes)> Received => _received;

    /// <summary>Bytes sent by the node that so many percent do not exceed.</summary>
    public long BytesOfNode(int percent)
    {
        var sorted = _bytes.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }

    /// <summary>Bytes that a node has sent.</summary>
    public long BytesOf(int node) => _bytes[node];

    public void Sent(int node, int bytes, Frame.KindOneofCase kind)
    {
        Messages++;
        _bytes[node] += bytes;
        ref var sum = ref _byKind[(int)kind];
        sum = (sum.Count + 1, sum.Bytes + bytes);
    }

    /// <summary>Ticks, and those of them that made a plan.</summary>
    public (long All, long Plans) Ticks { get; private set; }
    /// <summary>Real time of the ticks that made a plan.</summary>
    public TimeSpan PlannerTime { get; private set; }

    public void Ticked(TimeSpan? planned)
    {
        Ticks = (Ticks.All + 1, Ticks.Plans + (planned is null ? 0 : 1));
        PlannerTime += planned ?? TimeSpan.Zero;
    }

    public void Closed(string reason) => _closes[reason] = _closes.GetValueOrDefault(reason) + 1;
    public void FetchStarted() => FetchesStarted++;
    public void FetchStopped(long bytes) => (FetchesStopped, WastedBytes) = (FetchesStopped + 1, WastedBytes + bytes);
    public void NoRoom() => FetchesWithoutRoom++;
    public void Moved(long bytes) => MovedBytes += bytes;

    public void Fetched(long bytes) => FetchedBytes += bytes;

    /// <summary>
    /// The delay of a broadcast: from its author's own acceptance to that of each node that has been up since.
    /// </summary>
    public void Accepted(SimNode node, Record record)
    {
        if (node.Id != record.Author)
        {
            var sum = _received.GetValueOrDefault(record.Kind);
            _received[record.Kind] = (sum.Count + 1, sum.Bytes + record.Bytes.Length);
        }
        while (_order.TryPeek(out var oldest) && world.NowMs - oldest.AtMs > ForgetAfterMs)
            _born.Remove(_order.Dequeue().Id);
        if (!_born.TryGetValue(record.Id, out var born))
        {
            _born[record.Id] = (world.NowMs, world.Starts);
            _order.Enqueue((world.NowMs, record.Id));
        }
        else if (born.Lives == world.Starts && node.Id != record.Author)
        {
            _delaysCount++;
            _delays[PlaceOf(world.NowMs - born.AtMs)]++;
        }
    }

    /// <summary>The delay that so many percent of the receptions stay within, ms; -1 for none.</summary>
    public long DelayMs(int percent)
    {
        if (_delaysCount == 0) return -1;
        var left = _delaysCount * percent / 100;
        var place = 0;
        while (place < _delays.Length - 1 && (left -= _delays[place]) >= 0) place++;
        return place < FineMs ? place : (place - FineMs) * 1000L;
    }

    private static int PlaceOf(long ms) =>
        ms < FineMs ? (int)ms : FineMs + (int)Math.Min(MostSeconds - 1, ms / 1000);
}
