using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// What one peer may send without having been asked, and what one author may say. The steady rates are the reference's
/// (gossip-planner section 7, row Flood); bursts are wide enough for honest storms: a third of the network gone at
/// once, or a node that renews what it says of thousands of models. A hurried network speaks more often by rule, so
/// rates follow its pace.
/// </summary>
internal sealed record AdmissionLimits
{
    /// <summary>The largest frame, bytes.</summary>
    public const int FrameBytes = 64 * 1024;
    /// <summary>The largest frame that carries content or proofs, bytes.</summary>
    public const int BulkFrameBytes = 256 * 1024;
    /// <summary>A peer that is asked for a record may answer with so many bytes, counted over many.</summary>
    public const int BytesPerAskedRecord = 2048;
    /// <summary>At most so many records are on order from one peer.</summary>
    public const int MostOnOrder = 16 * ReconcileLimits.MaxPushPerStep;

    private const long One = 1_000, Rounds = 4 * ReconcileLimits.MaxRounds;

    /// <summary>Records on a link of the overlay.</summary>
    public required TokenRate Records { get; init; }
    /// <summary>Records on any other stream, which needs none but those on order.</summary>
    public required TokenRate StrayRecords { get; init; }
    /// <summary>Bytes of records.</summary>
    public required TokenRate RecordBytes { get; init; }
    /// <summary>Ids announced; prunes, which are as frequent.</summary>
    public required TokenRate Announced { get; init; }
    /// <summary>Ids asked for.</summary>
    public required TokenRate Asked { get; init; }
    /// <summary>Messages of reconciliation.</summary>
    public required TokenRate Reconciled { get; init; }
    /// <summary>Messages of reconciliation about one bucket, of which two nodes may share 64.</summary>
    public required TokenRate ReconciledBuckets { get; init; }
    /// <summary>Parts of content and proofs asked for.</summary>
    public required TokenRate Contents { get; init; }
    /// <summary>Everything else: pings, hellos, kinds of later versions.</summary>
    public required TokenRate Control { get; init; }
    /// <summary>Announcements that nothing came of: the record may have been replaced meanwhile.</summary>
    public required TokenRate Promises { get; init; }
    /// <summary>Records of one author of a kind that has a register for each model, slice or node.</summary>
    public required TokenRate WideKind { get; init; }
    /// <summary>Records of one author of any other kind.</summary>
    public required TokenRate NarrowKind { get; init; }
    /// <summary>Records of all authors that no node record is known of: each costs a signature, and a key costs
    /// nothing.</summary>
    public required TokenRate Strangers { get; init; }

    /// <summary>The limits of a network with this pace.</summary>
    public static AdmissionLimits Of(Pace pace)
    {
        var hurry = Math.Max(1, Pace.Real.TickMs / pace.TickMs);
        return new AdmissionLimits
        {
            Records = new TokenRate(4096, 200 * One).Times(hurry),
            StrayRecords = new TokenRate(512, 20 * One).Times(hurry),
            RecordBytes = new TokenRate(4 << 20, 32_000 * One).Times(hurry),
            Announced = new TokenRate(8192, 400 * One).Times(hurry),
            Asked = new TokenRate(MostOnOrder, 200 * One).Times(hurry),
            Reconciled = new TokenRate(Rounds, PerMs(Rounds, pace.ReconcileMs)),
            ReconciledBuckets = new TokenRate(4 * Rounds, PerMs(4 * Rounds, pace.ReconcileMs)),
            Contents = new TokenRate(4096, 32 * One).Times(hurry),
            Control = new TokenRate(256, 4 * One).Times(hurry),
            Promises = new TokenRate(1024, 10 * One).Times(hurry),
            WideKind = new TokenRate(4096, PerMs(16, pace.HoldingGapMs)),
            NarrowKind = new TokenRate(16, PerMs(1, pace.HoldingGapMs)),
            Strangers = new TokenRate(1 << 18, 500 * One),
        };
    }

    private static long PerMs(long tokens, long ms) => tokens * 1_000_000 / ms;
}
