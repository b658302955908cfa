using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// The bulk data of one node. A fetch advances in steps from the least busy node that really has the slice and can be
/// reached; both ends share their bandwidth evenly among what they do. Room is the donation less what is held and
/// fetched.
/// </summary>
internal sealed class Transfers(SimWorld world, SimNode node)
{
    private readonly SortedDictionary<(Hash256 Model, int Slice), Fetch> _fetches = [];

    private sealed class Fetch(long bytes)
    {
        public long Bytes { get; } = bytes;
        public long Done { get; set; }
        public int Percent { get; set; }
        public long LastMovedMs { get; set; }
        public SimNode? Source { get; set; }
    }

    private long _fetchBytes;

    /// <summary>Fetches under way.</summary>
    public int Count => _fetches.Count;

    /// <summary>Fetches of other nodes that read from this one.</summary>
    public int Uploads { get; private set; }

    public long RoomBytes => node.Disk.QuotaBytes - node.Disk.UsedBytes - _fetchBytes;

    public void TellRoom() => node.Handle(
        new CoreInput.RoomChanged(RoomBytes, RoomBytes, node.Disk.QuotaBytes), EventKind.Room);

    public void Start(Hash256 model, int slice)
    {
        var key = (model, slice);
        world.Log.Add(world.NowMs, node.Number, EventKind.StartFetch, slice);
        world.Log.Say(world.NowMs, node.Number, $"fetches slice {slice}");
        world.Metrics.FetchStarted();
        world.FetchBegan?.Invoke(node, model, slice);
        var bytes = world.Entry(model).SliceBytes(slice);
        if (_fetches.ContainsKey(key) || node.Disk.Has(model, slice))
            throw new ScenarioFailedException(
                $"node {node.Number} fetches slice {slice}, which it has or fetches already");
        if (node.Disk.Trash.Remove(key, out var kept))
        {
            node.Disk.Intact.Add(key, kept);
            Later(0, () => node.Handle(new CoreInput.SliceVerified(model, slice), EventKind.Verified));
            return;
        }
        if (bytes > RoomBytes)
        {
            world.Metrics.NoRoom();
            Later(0, () => node.Handle(new CoreInput.FetchFailed(model, slice), EventKind.FetchFailed));
            return;
        }
        var fetch = new Fetch(bytes) { LastMovedMs = world.NowMs };
        _fetches.Add(key, fetch);
        _fetchBytes += bytes;
        Oracle.Bounds(node);
        Later(0, TellRoom);
        Later(world.FetchStepMs, () => Advance(key, fetch));
    }

    public void Stop(Hash256 model, int slice)
    {
        world.Log.Add(world.NowMs, node.Number, EventKind.StopFetch, slice);
        world.Log.Say(world.NowMs, node.Number, $"gives up fetching slice {slice}");
        if (!_fetches.TryGetValue((model, slice), out var fetch)) return;
        End((model, slice));
        world.Metrics.FetchStopped(fetch.Done);
        Later(0, TellRoom);
    }

    public void DropAll()
    {
        foreach (var key in _fetches.Keys.ToList()) End(key);
    }

    private void Advance((Hash256 Model, int Slice) key, Fetch fetch)
    {
        if (!_fetches.TryGetValue(key, out var current) || current != fetch) return;
        Choose(fetch, key);
        if (fetch.Source is { } source)
        {
            var rate = Math.Min(world.DownBytesPerSecond / _fetches.Count,
                world.UpBytesPerSecond / source.Transfers.Uploads);
            fetch.Done += rate * world.FetchStepMs / 1000;
            fetch.LastMovedMs = world.NowMs;
        }
        if (fetch.Done >= fetch.Bytes) Finish(key, fetch);
        else if (world.NowMs - fetch.LastMovedMs > world.FetchPatienceMs) Fail(key);
        else Progress(key, fetch);
    }

    private void Progress((Hash256 Model, int Slice) key, Fetch fetch)
    {
        var percent = (int)(100 * fetch.Done / fetch.Bytes);
        if (percent > fetch.Percent)
        {
            fetch.Percent = percent;
            node.Handle(new CoreInput.SliceProgress(key.Model, key.Slice, percent), EventKind.Progress);
        }
        Later(world.FetchStepMs, () => Advance(key, fetch));
    }

    private void Finish((Hash256 Model, int Slice) key, Fetch fetch)
    {
        End(key);
        world.Repairs.Fetched(key.Model, key.Slice);
        node.Disk.Intact.Add(key, fetch.Bytes);
        Oracle.Bounds(node);
        world.Metrics.Fetched(fetch.Bytes);
        world.Log.Say(world.NowMs, node.Number, $"has slice {key.Slice}");
        node.Handle(new CoreInput.SliceVerified(key.Model, key.Slice), EventKind.Verified);
        TellRoom();
    }

    private void Fail((Hash256 Model, int Slice) key)
    {
        End(key);
        node.Handle(new CoreInput.FetchFailed(key.Model, key.Slice), EventKind.FetchFailed);
        TellRoom();
    }

    /// <summary>Keeps the source while it serves; else takes the one that serves the fewest.</summary>
    private void Choose(Fetch fetch, (Hash256 Model, int Slice) key)
    {
        if (fetch.Source is { } old && Serves(old, key)) return;
        Leave(fetch);
        fetch.Source = world.Oracle.Holders(key.Model, key.Slice).Select(n => world.Nodes[n])
            .Where(n => Serves(n, key)).MinBy(n => n.Transfers.Uploads);
        if (fetch.Source is { } source) source.Transfers.Uploads++;
    }

    private bool Serves(SimNode other, (Hash256 Model, int Slice) key) =>
        other != node && other.Awake && node.Awake && world.Net.Connects(node.Number, other.Number) &&
        other.Disk.Has(key.Model, key.Slice);

    private void End((Hash256 Model, int Slice) key)
    {
        if (!_fetches.Remove(key, out var fetch)) return;
        _fetchBytes -= fetch.Bytes;
        Leave(fetch);
    }

    private static void Leave(Fetch fetch)
    {
        if (fetch.Source is { } source) source.Transfers.Uploads--;
        fetch.Source = null;
    }

    private void Later(long ms, Action action)
    {
        var life = node.Life;
        world.In(ms, () =>
        {
            if (node.Life == life) action();
        });
    }
}
