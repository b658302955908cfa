namespace WeightSwarm.Core.Records;

/// <summary>What became of a record that was offered to the set.</summary>
public enum Acceptance
{
    /// <summary>New, and now in the set.</summary>
    Accepted,
    /// <summary>In the set already.</summary>
    Duplicate,
    /// <summary>Its register has a later value, or one of the same seq with a larger id (then the author is
    /// flagged).</summary>
    Stale,
    /// <summary>Signed for the same seq as another body and now in the set, having the larger id; the author is
    /// flagged.</summary>
    Equivocation,
    /// <summary>No envelope within the limits, or a body or subject that its kind does not allow.</summary>
    Malformed,
    /// <summary>Issued, or numbered, further in the future than clocks may differ.</summary>
    Future,
    /// <summary>Its lease is over.</summary>
    Expired,
    /// <summary>Its lease is longer than its kind allows.</summary>
    TooLongLived,
    /// <summary>Its author may not say this: no founder, no curator, or beyond the scope.</summary>
    NotAuthorised,
    /// <summary>The signature is wrong.</summary>
    BadSignature,
    /// <summary>Of a bucket that this node does not subscribe to; not judged any further.</summary>
    NotSubscribed,
}
