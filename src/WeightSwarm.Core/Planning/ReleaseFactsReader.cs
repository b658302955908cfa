using System.Collections.Immutable;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>Reads from one view what the release rule has to know of a slice.</summary>
internal sealed class ReleaseFactsReader(SwarmView view, NodeId self, Instant now)
{
    private readonly SortedDictionary<NodeId, ImmutableArray<string>> _domains = [];
    private readonly ImmutableSortedSet<NodeId> _discredited = Discredit.Of(view.FailedAudits);

    /// <summary>The facts, or null when the model is not in the view.</summary>
    public ReleaseFacts? Of(Hash256 model, int slice)
    {
        if (ModelOf(model) is not { IsWatched: true } seen) return null;
        return new ReleaseFacts
        {
            Target = seen.Target(view.Policy),
            Holders = [.. seen.Holders.Where(h => h.Node != self && h.Verified.Contains(slice))
                .Select(h => HolderOf(h, model, slice))],
            Intents = [.. seen.Intents.Where(i => i.Slice == slice && i.Ticket.Node != self)],
        };
    }

    /// <summary>The model of that id; models stand ordered by it.</summary>
    public ModelView? ModelOf(Hash256 model)
    {
        int low = 0, high = view.Models.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = view.Models[middle].Entry.ModelId.CompareTo(model);
            if (order == 0) return view.Models[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    private ReleaseHolder HolderOf(Holder holder, Hash256 model, int slice)
    {
        var known = view.Nodes.TryGetValue(holder.Node, out var node);
        var counts = known && node!.AbsentSinceMs is null && !node.Draining && !holder.Releasing.Contains(slice)
            && !holder.Away.Contains(slice)
            && !view.FailedAudits.ContainsKey(new CopyKey(holder.Node, model, slice));
        var onProbation = known && (node!.IsYoung(now) || _discredited.Contains(holder.Node));
        return new ReleaseHolder(holder.Node, known ? DomainsOf(node!) : [], counts, onProbation);
    }

    /// <summary>The failure domains of a node under the network's rule.</summary>
    public ImmutableArray<string> DomainsOf(NodeView node)
    {
        if (view.Policy.Domains != DomainRule.Subnet) return [];
        if (!_domains.TryGetValue(node.Id, out var domains)) _domains[node.Id] = domains = FailureDomains.Of(node);
        return domains;
    }
}
