namespace WeightSwarm.Core.Liveness;

/// <summary>When a node was last heard, and whether anybody doubts that it is there.</summary>
internal sealed class Pulse(Identity.NodeId node)
{
    /// <summary>Whose.</summary>
    public Identity.NodeId Node => node;

    /// <summary>Monotonic time of the last proof of life; <see cref="long.MinValue"/> for none.</summary>
    public long HeardMs { get; set; } = long.MinValue;

    /// <summary>
    /// Monotonic time of the last frame from it: what a monitor goes by, who vouches for the stream between them and
    /// not for what others pass on. <see cref="long.MinValue"/> for none.
    /// </summary>
    public long SeenMs { get; set; } = long.MinValue;

    /// <summary>A monitor took it for silent after it was last heard, or this node does.</summary>
    public bool IsDoubted { get; set; }
}
