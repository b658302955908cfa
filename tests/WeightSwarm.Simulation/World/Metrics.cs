using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>Counts what the reports show.</summary>
internal sealed class Metrics(SimWorld world)
{
    private const long ForgetAfterMs = 10 * 60_000;

    private readonly long[] _bytes = new long[world.Nodes.Length];
    private readonly SortedDictionary<Frame.KindOneofCase, (long Count, long Bytes)> _byKind = [];
    private readonly Dictionary<Hash256, (long AtMs, long Lives)> _born = [];
    private readonly Queue<(long AtMs, Hash256 Id)> _order = new();
    private readonly List<int> _delays = [];
    private readonly SortedDictionary<string, long> _closes = [];

    public long Messages { get; private set; }
    public long TotalBytes => _bytes.Sum();
    public long FetchesStarted { get; private set; }
    public long FetchesStopped { get; private set; }
    public long FetchesWithoutRoom { get; private set; }
    public long FetchedBytes { get; private set; }
    /// <summary>Fetched for slices that were given up, bytes.</summary>
    public long WastedBytes { get; private set; }
    public IReadOnlyDictionary<Frame.KindOneofCase, (long Count, long Bytes)> ByKind => _byKind;
    public IReadOnlyDictionary<string, long> Closes => _closes;

    public void Sent(int node, int bytes, Frame.KindOneofCase kind)
    {
        Messages++;
        _bytes[node] += bytes;
        var (count, sum) = _byKind.GetValueOrDefault(kind);
        _byKind[kind] = (count + 1, sum + bytes);
    }

    public void Closed(string reason) => _closes[reason] = _closes.GetValueOrDefault(reason) + 1;
    public void FetchStarted() => FetchesStarted++;
    public void FetchStopped(long bytes) => (FetchesStopped, WastedBytes) = (FetchesStopped + 1, WastedBytes + bytes);
    public void NoRoom() => FetchesWithoutRoom++;
    public void Fetched(long bytes) => FetchedBytes += bytes;

    /// <summary>
    /// The delay of a broadcast: from its author's own acceptance to that of each node that has been up since.
    /// </summary>
    public void Accepted(SimNode node, Record record)
    {
        while (_order.TryPeek(out var oldest) && world.NowMs - oldest.AtMs > ForgetAfterMs)
            _born.Remove(_order.Dequeue().Id);
        if (!_born.TryGetValue(record.Id, out var born))
        {
            _born[record.Id] = (world.NowMs, world.Starts);
            _order.Enqueue((world.NowMs, record.Id));
        }
        else if (born.Lives == world.Starts && node.Id != record.Author)
        {
            _delays.Add((int)(world.NowMs - born.AtMs));
        }
    }

    /// <summary>The delay that so many percent of the receptions stay within, ms; -1 for none.</summary>
    public long DelayMs(int percent)
    {
        if (_delays.Count == 0) return -1;
        _delays.Sort();
        return _delays[Math.Min(_delays.Count - 1, _delays.Count * percent / 100)];
    }
}
