namespace WeightSwarm.Core.Auditing;

/// <summary>What one auditor, this node, has found of one copy. Times are Unix milliseconds, 0 for never.</summary>
public sealed record CopyAudits
{
    /// <summary>Nothing found yet.</summary>
    public static CopyAudits None { get; } = new();

    /// <summary>When it last proved the leaves that were drawn.</summary>
    public long PassedMs { get; init; }
    /// <summary>When it last failed; 0 also once a later burst has passed. While it stands the copy counts for
    /// nothing.</summary>
    public long FailedMs { get; init; }
    /// <summary>How it failed, in words.</summary>
    public string Fault { get; init; } = "";
    /// <summary>Since when its holder answers that it does not hold what its holding claims.</summary>
    public long DeniedMs { get; init; }
    /// <summary>When the holder had started that denied it, Unix milliseconds by its own clock.</summary>
    public long DeniedStartMs { get; init; }
    /// <summary>When the last burst for a restart of its holder was.</summary>
    public long RestartMs { get; init; }
    /// <summary>Leaves shown in a row since it failed.</summary>
    public int LeavesSince { get; init; }
    /// <summary>Challenges passed.</summary>
    public int Passes { get; init; }
    /// <summary>Challenges answered with wrong bytes, or by denying what the holding claims.</summary>
    public int Fails { get; init; }
    /// <summary>Challenges answered neither with a proof nor against having it.</summary>
    public int Unknown { get; init; }
    /// <summary>Challenges not answered in time.</summary>
    public int Offline { get; init; }

    /// <summary>Whether the copy counts, as far as this node's own audits go.</summary>
    public bool HasCredit => FailedMs == 0;
}
