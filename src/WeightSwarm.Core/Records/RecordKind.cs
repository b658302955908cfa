namespace WeightSwarm.Core.Records;

/// <summary>What a record says. Values on the wire; one that this version does not know is carried all the
/// same.</summary>
public enum RecordKind
{
    /// <summary>No kind; never accepted.</summary>
    None = 0,
    /// <summary>The founder's name, curators and policy.</summary>
    Charter = 1,
    /// <summary>A curator's catalogue entry.</summary>
    Entry = 2,
    /// <summary>A node's addresses, space and labels.</summary>
    Node = 3,
    /// <summary>What a node holds of one model.</summary>
    Holding = 4,
    /// <summary>A node is fetching a slice.</summary>
    Claim = 5,
    /// <summary>A node is about to give up a slice.</summary>
    ReleaseIntent = 6,
    /// <summary>A monitor's view of another node.</summary>
    Observation = 7,
    /// <summary>Which copies an auditor has audited lately, and found there.</summary>
    AuditReport = 8,
    /// <summary>A model that a node would have preserved.</summary>
    Proposal = 9,
    /// <summary>A curator's no to a proposal.</summary>
    Refusal = 10,
    /// <summary>Keeps its author's node record and holdings, which are not written anew for it.</summary>
    Renewal = 11,
}
