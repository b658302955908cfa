using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
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

    private sealed class Fetch(long bytes, long here)
    {
        public long Bytes { get; } = bytes;
        /// <summary>Left by an earlier fetch.</summary>
        public long Here { get; } = here;
        public long Done { get; set; } = here;
        public WriteBack Disk { get; } = new(here);
        /// <summary>What was held and is not right: the daemon mends it, whatever its plan wants.</summary>
        public bool Mends { get; init; }
        /// <summary>All of it is here, and is being flushed.</summary>
        public bool Secures { get; set; }
        public int Percent { get; set; }
        public long LastMovedMs { get; set; }
        public SimNode? Source { get; set; }
    }

    private long _fetchBytes;

    /// <summary>Fetches under way.</summary>
    public int Count => _fetches.Count;

    /// <summary>Fetches of other nodes that read from this one.</summary>
    public int Uploads { get; private set; }

    public long RoomBytes => node.Disk.Mounted && !node.Disk.IsFull
        ? Math.Max(0, node.Disk.QuotaBytes - node.Disk.UsedBytes - _fetchBytes) : 0;

    /// <summary>Bytes promised to fetches under way.</summary>
    public long ReservedBytes => _fetchBytes;

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
        if (_fetches.TryGetValue(key, out var known) && known.Mends || node.Rereads.Take(key)) return;
        if (known is not null || node.Disk.Has(model, slice))
            throw new ScenarioFailedException(
                $"node {node.Number} fetches slice {slice}, which it has or fetches already");
        if (node.Disk.Trash.Remove(key, out var kept))
        {
            node.Disk.Intact.Add(key, kept);
            node.Disk.Verified(key, node.Now.UnixMs);
            Later(0, () => node.Handle(new CoreInput.SliceVerified(model, slice), EventKind.Verified));
            return;
        }
        Begin(key, bytes, mends: false);
    }

    /// <summary>Fetches what is not right of a slice that was held.</summary>
    public void Mend(Hash256 model, int slice)
    {
        if (!_fetches.ContainsKey((model, slice)))
            Begin((model, slice), world.Entry(model).SliceBytes(slice), mends: true);
    }

    private void Begin((Hash256 Model, int Slice) key, long bytes, bool mends)
    {
        node.Disk.Parts.Remove(key, out var here);
        if (bytes > RoomBytes)
        {
            world.Metrics.NoRoom();
            Later(0, () => node.Handle(new CoreInput.FetchFailed(key.Model, key.Slice), EventKind.FetchFailed));
            return;
        }
        var fetch = new Fetch(bytes, here) { LastMovedMs = world.NowMs, Mends = mends };
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
        if (!_fetches.TryGetValue((model, slice), out var fetch) || fetch.Mends || fetch.Secures) return;
        End((model, slice));
        world.Metrics.FetchStopped(fetch.Done - fetch.Here);
        Later(0, TellRoom);
    }

    /// <summary>The process ends, or the power: what is right of what was fetched stays where it lies.</summary>
    /// <param name="torn">Draws what a power cut leaves; null: the kernel goes on.</param>
    public void DropAll(SplitMix64? torn)
    {
        foreach (var (key, fetch) in _fetches.ToList())
        {
            End(key);
            var right = torn is null ? fetch.Disk.Written : fetch.Disk.Torn(world.NowMs, torn);
            if (right > 0) node.Disk.Parts[key] = Math.Min(right, fetch.Bytes);
        }
    }

    /// <summary>The volume refuses, or is gone: nothing that is on its way comes to an end.</summary>
    public void FailAll()
    {
        foreach (var key in _fetches.Keys.ToList()) Fail(key);
    }

    private void Advance((Hash256 Model, int Slice) key, Fetch fetch)
    {
        if (!_fetches.TryGetValue(key, out var current) || current != fetch) return;
        Choose(fetch, key);
        if (fetch.Source is { } source)
        {
            var rate = Math.Min(world.DownBytesPerSecond / _fetches.Count,
                world.UpBytesPerSecond / source.Transfers.Uploads);
            var before = fetch.Done;
            fetch.Done = Math.Min(fetch.Bytes, fetch.Done + rate * world.FetchStepMs / 1000);
            world.Metrics.Moved(fetch.Done - before);
            fetch.LastMovedMs = world.NowMs;
            fetch.Disk.Wrote(world.NowMs, fetch.Done);
        }
        if (fetch.Done >= fetch.Bytes) Complete(key, fetch);
        else if (world.NowMs - fetch.LastMovedMs > world.FetchPatienceMs) Fail(key);
        else Progress(key, fetch);
    }

    private void Progress((Hash256 Model, int Slice) key, Fetch fetch)
    {
        var pieces = PiecesOf(key, fetch);
        var percent = pieces.Count(here => here) * 100 / pieces.Length;
        if (percent > fetch.Percent)
        {
            fetch.Percent = percent;
            node.Handle(new CoreInput.SliceProgress(key.Model, key.Slice, percent, PartMap.Of(pieces)),
                EventKind.Progress);
        }
        Later(world.FetchStepMs, () => Advance(key, fetch));
    }

    /// <summary>What of a slice is here that is being fetched, piece by piece; null when it is not.</summary>
    public bool[]? PiecesOf((Hash256 Model, int Slice) key) =>
        _fetches.TryGetValue(key, out var fetch) ? PiecesOf(key, fetch) : null;

    /// <summary>They come in an order of the node's own, as it takes the rarest first.</summary>
    private bool[] PiecesOf((Hash256 Model, int Slice) key, Fetch fetch)
    {
        var pieces = new bool[world.Entry(key.Model).PiecesOf(key.Slice).Count];
        var done = (int)(pieces.Length * fetch.Done / fetch.Bytes);
        for (var i = 0; i < done; i++) pieces[(node.Number * 7 + i * Stride(pieces.Length)) % pieces.Length] = true;
        return pieces;
    }

    /// <summary>Steps of so many come to every place once.</summary>
    private static int Stride(int pieces) => pieces % 61 == 0 ? 1 : 61;

    private void Complete((Hash256 Model, int Slice) key, Fetch fetch)
    {
        Leave(fetch);
        fetch.Secures = true;
        if (world.FlushMs == 0) Finish(key, fetch);
        else
            Later(world.FlushMs, () =>
            {
                if (_fetches.GetValueOrDefault(key) == fetch) Finish(key, fetch);
            });
    }

    /// <summary>Flushed, recorded, and then told of, in this order.</summary>
    private void Finish((Hash256 Model, int Slice) key, Fetch fetch)
    {
        End(key);
        world.Repairs.Fetched(key.Model, key.Slice);
        node.Disk.Secure(key, fetch.Bytes, node.Now.UnixMs, node.Chance);
        Oracle.Bounds(node);
        world.Metrics.Fetched(fetch.Bytes - fetch.Here);
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
            .Where(n => Serves(n, key)).MinBy(n => n.Transfers.Uploads)
            ?? world.Nodes.FirstOrDefault(n => n.Disk.Trash.Contains(key) && Serves(n, key));
        if (fetch.Source is { } source) source.Transfers.Uploads++;
    }

    private bool Serves(SimNode other, (Hash256 Model, int Slice) key) =>
        other != node && other.Awake && node.Awake && world.Net.Connects(node.Number, other.Number) &&
        other.Disk.Serves(key);

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
