namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>What one message, one answer and one session may hold, for both sides.</summary>
public static class ReconcileLimits
{
    /// <summary>Bytes of one message: a frame of 64 KiB less its own header.</summary>
    public const int MaxMessageBytes = (64 * 1024) - 16;

    /// <summary>Ranges of one message.</summary>
    public const int MaxRanges = 1_000;

    /// <summary>Ids that a peer may list in one range.</summary>
    public const int MaxListedIds = 1_024;

    /// <summary>The scope of the last bucket.</summary>
    public const int MaxScope = (1 << 10) + 1;

    /// <summary>Messages of the initiator in one session.</summary>
    public const int MaxRounds = 16;

    /// <summary>Ids to push that one step gives out; what is beyond is kept for the next round.</summary>
    public const int MaxPushPerStep = 4_096;

    /// <summary>A range with fewer items than this is listed; one with more is split.</summary>
    public const int ListBelow = 32;

    /// <summary>The number of parts into which a range is split.</summary>
    public const int SplitInto = 16;
}
