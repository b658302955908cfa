using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>What owners and accidents do to simulated nodes, and what lies on their disks.</summary>
internal sealed partial class SimulatedStage : IPlannerStage
{
    public int Nodes => _stranger;

    public int Slices { get; }

    private Entry Added => _entry ?? throw new InvalidOperationException("no model was added");

    public Task WantAsync(int copies)
    {
        _world.Catalogue(0, _world.Founder, Added with { Active = false });
        _entry = Added with { Copies = copies };
        _world.Catalogue(0, _world.Founder, Added);
        return Task.CompletedTask;
    }

    public Task KillAsync(IReadOnlyCollection<int> nodes)
    {
        foreach (var node in nodes) _world.Stop(node, hostToo: false);
        return Task.CompletedTask;
    }

    /// <summary>What the daemon tells its core when its owner says drain.</summary>
    public Task DrainAsync(int node)
    {
        var (drained, model) = (_world.Nodes[node], Added.ModelId);
        drained.Describe(draining: true);
        var held = SliceSet.Of(drained.Disk.Intact.Keys.Select(key => key.Slice));
        drained.Handle(new CoreInput.ReleaseDemanded(
        [
            new ReleaseDemand("donation", ReleaseReason.Drain, long.MaxValue, null,
                ImmutableSortedDictionary<Hash256, SliceSet>.Empty.Add(model, held)),
        ]), EventKind.Start);
        return Task.CompletedTask;
    }

    public Task LieAsync(int node)
    {
        var liar = _world.Nodes[node];
        foreach (var (model, slice) in liar.Disk.Intact.Keys.ToList())
        {
            liar.Faults.Hide(model, slice);
            liar.Disk.Intact.Remove((model, slice));
        }
        return Task.CompletedTask;
    }

    public Task<TwinCopies?> CopiesAsync()
    {
        var model = Added.ModelId;
        var said = _world.Live.SelectMany(node => (node.Core.Held.GetValueOrDefault(model) ?? SliceSet.Empty).Slices
            .Select(slice => (node.Number, slice)));
        return Task.FromResult<TwinCopies?>(
            TwinCopies.Of(Slices, said, (node, slice) => _world.Nodes[node].Disk.Has(model, slice)));
    }

    public Task<IReadOnlySet<(int Holder, int Slice)>> DistrustedAsync(int node) =>
        Task.FromResult<IReadOnlySet<(int, int)>>(_world.Nodes[node].Core.Audits.Failed.Keys
            .Select(copy => (_world.NodeOf(copy.Holder).Number, copy.Slice)).ToHashSet());

    public Task<(int Slices, int Unproven)> TrashAsync() =>
        Task.FromResult((_world.Live.Sum(node => node.Disk.Trash.Count), _world.Releases.Given.Unproven));
}
