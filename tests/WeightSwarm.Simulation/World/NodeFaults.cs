using WeightSwarm.Core;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>What has gone wrong with a node that its core cannot know yet.</summary>
internal sealed class NodeFaults
{
    private readonly SortedSet<(Hash256 Model, int Slice)> _hidden = [], _rotten = [];

    /// <summary>A backup was put back: registers may begin again below what the node had accepted.</summary>
    public bool HasOldRecords { get; set; }

    /// <summary>Slices that rotted or vanished and that the node has not read since.</summary>
    public IReadOnlyCollection<(Hash256 Model, int Slice)> Hidden => _hidden;

    public void Hide(Hash256 model, int slice) => _hidden.Add((model, slice));

    public bool IsHidden(Hash256 model, int slice) => _hidden.Contains((model, slice));

    /// <summary>A bit of it flipped: hidden, and the rest of it lies there.</summary>
    public void Rot(Hash256 model, int slice)
    {
        Hide(model, slice);
        _rotten.Add((model, slice));
    }

    public bool IsRotten(Hash256 model, int slice) => _rotten.Contains((model, slice));

    public void Found(Hash256 model, int slice)
    {
        _hidden.Remove((model, slice));
        _rotten.Remove((model, slice));
    }

    public bool MayForget(RecordKey key) => HasOldRecords && key.Kind != RecordKind.None;
}
