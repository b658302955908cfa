using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Gossip;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The models that somebody waits for now. In a very large network a node hears who holds a model only when it says
/// that it has to do with it.
/// </summary>
public sealed class ModelWants(SwarmInbox inbox)
{
    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<Hash256, int> _wanted = ImmutableSortedDictionary<Hash256, int>.Empty;

    /// <summary>The model is wanted until the answer is disposed of.</summary>
    public IDisposable Want(Hash256 model)
    {
        Change(model, 1);
        return new Wanted(this, model);
    }

    private void Change(Hash256 model, int by)
    {
        lock (_lock)
        {
            var count = _wanted.GetValueOrDefault(model) + by;
            _wanted = count > 0 ? _wanted.SetItem(model, count) : _wanted.Remove(model);
            inbox.Post(new CoreInput.ModelsWanted([.. _wanted.Keys]));
        }
    }

    private sealed class Wanted(ModelWants wants, Hash256 model) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver) return;
            _isOver = true;
            wants.Change(model, -1);
        }
    }
}
