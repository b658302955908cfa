using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// What the daemon reads before it vouches for it, one slice after the other: what its store has in doubt, what lies in
/// the donation and a new store does not know, and what it is told to fetch and finds there. What is right is
/// advertised; of what is not, only the rest is fetched.
/// </summary>
internal sealed class Rereads(SimWorld world, SimNode node)
{
    private (Hash256 Model, int Slice)? _reading;
    private readonly SortedSet<(Hash256 Model, int Slice)> _wanted = [];

    /// <summary>A run begins.</summary>
    public void Begin()
    {
        _reading = null;
        _wanted.Clear();
        if (node.Disk.Doubted.Count > 0 || node.Disk.HasNewStore) Next();
    }

    /// <summary>The plan wants a slice that is there, or may be; false if it is not.</summary>
    public bool Take((Hash256 Model, int Slice) key)
    {
        if (!node.Disk.Doubted.Contains(key) && !node.Disk.Unknown.Contains(key)) return false;
        _wanted.Add(key);
        Next();
        return true;
    }

    private void Next()
    {
        if (_reading is not null || Choose() is not { } key) return;
        _reading = key;
        var life = node.Life;
        world.In(world.Entry(key.Model).SliceBytes(key.Slice) * 1_000 / world.ReadBytesPerSecond, () =>
        {
            if (node.Life != life) return;
            _reading = null;
            Read(key);
            Next();
        });
    }

    private (Hash256 Model, int Slice)? Choose()
    {
        foreach (var key in node.Disk.Doubted) return key;
        foreach (var key in _wanted) return key;
        if (!node.Disk.HasNewStore || node.Disk.Unknown.Count == 0) return null;
        // A folder is told apart from any other by an entry of the catalogue.
        foreach (var key in node.Disk.Unknown)
            if (node.Core.View?.Models.Any(m => m.Entry.ModelId == key.Model) == true)
                return key;
        var life = node.Life;
        world.In(world.Pace.PlanMs, () =>
        {
            if (node.Life == life) Next();
        });
        return null;
    }

    private void Read((Hash256 Model, int Slice) key)
    {
        _wanted.Remove(key);
        var isRight = node.Disk.Has(key.Model, key.Slice);
        world.Log.Say(world.NowMs, node.Number, $"reads slice {key.Slice}: {(isRight ? "right" : "not right")}");
        if (!isRight)
        {
            node.Disk.NotRight(key);
            node.Transfers.Mend(key.Model, key.Slice);
            return;
        }
        node.Disk.Verified(key, node.Now.UnixMs);
        if (node.Disk.Intact[key] > 0)
            node.Handle(new CoreInput.SliceVerified(key.Model, key.Slice), EventKind.Verified);
        else
            node.Handle(
                new CoreInput.SlicesHeld(key.Model, SliceSet.Of([key.Slice]), InPlace: true), EventKind.Verified);
    }
}
