using System.Collections.Immutable;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip;

/// <summary>What a run of a node leaves to the next one, beside its records.</summary>
public sealed record EarlierRun
{
    /// <summary>Since when (Unix milliseconds) each node is known, this one included.</summary>
    public ImmutableArray<(NodeId Node, long SinceUnixMs)> Known { get; init; } = [];
    /// <summary>The neighbours that had lasted longest.</summary>
    public ImmutableArray<Anchor> Anchors { get; init; } = [];
    /// <summary>Nodes that were reached by dialling, the latest first.</summary>
    public ImmutableArray<Anchor> Reached { get; init; } = [];
    /// <summary>Bans, in force or remembered; their ends monotonic, of this run.</summary>
    public ImmutableArray<Ban> Bans { get; init; } = [];
    /// <summary>Scores of peers below zero.</summary>
    public ImmutableArray<(NodeId Peer, int Points)> Scores { get; init; } = [];
}
