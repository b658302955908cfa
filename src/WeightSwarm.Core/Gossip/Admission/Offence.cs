namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>What a peer did that no honest node does, or none does so often.</summary>
public enum Offence
{
    /// <summary>Bytes that are no frame, envelope or range within the limits.</summary>
    Malformed,
    /// <summary>A record whose signature is wrong.</summary>
    BadSignature,
    /// <summary>A frame or list over its limit.</summary>
    Oversized,
    /// <summary>A frame that has no place there, such as one before the hello.</summary>
    OutOfTurn,
    /// <summary>Two bodies signed for one number: counted against the author, whoever brought them.</summary>
    Equivocation,
    /// <summary>More than its token buckets hold.</summary>
    OverBudget,
    /// <summary>Announced a record and did not send it when asked.</summary>
    BrokenPromise,
    /// <summary>Content or a proof that nobody asked for.</summary>
    Unasked,
    /// <summary>A record further in the future than clocks may differ.</summary>
    Future,
    /// <summary>Does not take what it asked for.</summary>
    SlowReader,
}

/// <summary>How a peer is treated, from its score; each includes what stands above it.</summary>
public enum Standing
{
    /// <summary>As any.</summary>
    Welcome,
    /// <summary>It is no neighbour in the overlay.</summary>
    Unlinked,
    /// <summary>What it pushes and announces is dropped unread.</summary>
    Ignored,
    /// <summary>Its streams are refused for a time.</summary>
    Banned,
}
