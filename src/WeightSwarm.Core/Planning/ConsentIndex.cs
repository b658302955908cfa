using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Which nodes of one view decline which models. A model is held against the rules of all nodes that have any once in
/// a pass, when somebody first asks about it; nodes without rules cost nothing. One thread.
/// </summary>
internal sealed class ConsentIndex
{
    private readonly (int Node, Declines Rules)[] _unwilling;
    private readonly DeclineRule?[] _against;
    private Entry? _model;

    public ConsentIndex(NodeView[] nodes)
    {
        _unwilling = [.. nodes.Select((node, at) => (at, node.Declines)).Where(n => !n.Declines.IsNone)];
        _against = _unwilling.Length == 0 ? [] : new DeclineRule?[nodes.Length];
    }

    /// <summary>The rule by which a node declines a model; null when it does not.</summary>
    public DeclineRule? Against(int node, Entry model)
    {
        if (_unwilling.Length == 0) return null;
        if (!ReferenceEquals(model, _model)) Enter(model);
        return _against[node];
    }

    /// <summary>Whether a node declines a model.</summary>
    public bool IsDeclined(int node, Entry model) => Against(node, model) is not null;

    private void Enter(Entry model)
    {
        _model = model;
        var subject = new DeclineSubject(model);
        foreach (var (node, rules) in _unwilling) _against[node] = rules.RuleAgainst(subject);
    }
}
