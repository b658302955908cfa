namespace WeightSwarm.Core.Catalogue;

/// <summary>How hurried a deficit is; U0 is the last copy. Reference: gossip-planner section 3.2.</summary>
public enum Urgency
{
    /// <summary>At most one recent copy.</summary>
    U0 = 0,
    /// <summary>Two recent copies, or fewer than a third of the target.</summary>
    U1 = 1,
    /// <summary>Below target.</summary>
    U2 = 2,
    /// <summary>Enough copies, but a failure-domain rule is broken.</summary>
    U3 = 3,
    /// <summary>Nothing to do.</summary>
    None = 4,
}

/// <summary>The waits of the take path for one urgency, in milliseconds.</summary>
/// <param name="ConfirmMs">A deficit must have been seen for so long.</param>
/// <param name="StepMs">Each later place in the rendezvous order waits so much longer (the reference's delta).</param>
/// <param name="ClaimTtlMs">A claim without progress counts for so long.</param>
public readonly record struct TakeWaits(long ConfirmMs, long StepMs, long ClaimTtlMs)
{
    /// <summary>A claim counts for so long, whatever progress it tells of: who only says so delays nobody for
    /// ever.</summary>
    public long FetchMostMs => 12 * ClaimTtlMs;
}

/// <summary>
/// Every timer of the network in one immutable value, chosen by the charter so that all nodes agree. All in
/// milliseconds. No timer is written anywhere else. Reference: design section 8, gossip-planner sections 1 and 3.
/// </summary>
public sealed record Pace
{
    private const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    /// <summary>"real" or "drill".</summary>
    public required string Name { get; init; }
    /// <summary>A node renews its records this often.</summary>
    public required long LeaseRenewMs { get; init; }
    /// <summary>Records of a node live this long unless renewed.</summary>
    public required long LeaseTtlMs { get; init; }
    /// <summary>An absent copy counts as durable for this long (until a grace is learned per node).</summary>
    public required long GraceMs { get; init; }
    /// <summary>A copy counts as recent when its holder was seen within this window.</summary>
    public required long RecentMs { get; init; }
    /// <summary>A copy counts as online when its holder was seen within this window.</summary>
    public required long OnlineMs { get; init; }
    /// <summary>A monitor probes this often.</summary>
    public required long ProbeMs { get; init; }
    /// <summary>So many probes in a row must fail before a monitor says down.</summary>
    public required int ProbeMisses { get; init; }
    /// <summary>A node that is so late to its own work is not well.</summary>
    public required long LagMs { get; init; }
    /// <summary>The planner runs this often.</summary>
    public required long PlanMs { get; init; }
    /// <summary>A release waits this long between intent and receipts (W in the trim theorem).</summary>
    public required long ReleaseWaitMs { get; init; }
    /// <summary>Answers to the challenges of a release count for so long, and no longer (R in RELEASE.md).</summary>
    public required long ReceiptMs { get; init; }
    /// <summary>An intent lives this long; longer than the wait, the answers and the skew together.</summary>
    public required long IntentTtlMs { get; init; }
    /// <summary>A release that was withdrawn is tried again after this time to twice this time.</summary>
    public required long ReleaseBackoffMs { get; init; }
    /// <summary>Each later place among surplus holders waits so much longer before its intent.</summary>
    public required long ReleaseStepMs { get; init; }
    /// <summary>And a random part of this time on top.</summary>
    public required long ReleaseJitterMs { get; init; }
    /// <summary>A surplus must have been seen for so long before a copy is trimmed.</summary>
    public required long SurplusMs { get; init; }
    /// <summary>Nothing of an entry that changed within this time is trimmed.</summary>
    public required long EntrySettleMs { get; init; }
    /// <summary>
    /// And of an entry that a curator changed, within this one: time enough for the founder to find a stolen key. A
    /// model that was catalogued within this time comes after all older ones.
    /// </summary>
    public required long CuratorSettleMs { get; init; }
    /// <summary>Each copy is audited this often.</summary>
    public required long AuditMs { get; init; }
    /// <summary>A challenge of an audit waits so long for its answer, and longer by the time that its bytes
    /// take.</summary>
    public required long AuditPatienceMs { get; init; }
    /// <summary>A holder that denies a slice is asked again after this time: longer than it takes to hear that it has
    /// taken its word back, and longer than a start.</summary>
    public required long AuditConfirmMs { get; init; }
    /// <summary>Of a slice that both hold one node asks another for a timed hash this often.</summary>
    public required long TimedMs { get; init; }
    /// <summary>Released data rests in the trash for this long.</summary>
    public required long TrashMs { get; init; }
    /// <summary>Every byte is read again within about this time.</summary>
    public required long ScrubMs { get; init; }
    /// <summary>A node that just started judges nobody for this long.</summary>
    public required long StartupQuietMs { get; init; }
    /// <summary>An absent node's copies are dropped from every count after this time.</summary>
    public required long LostMs { get; init; }
    /// <summary>In an open network a node is on probation until it has been known for so long.</summary>
    public required long ProbationMs { get; init; }
    /// <summary>Whom a node meets within this time after it joined is not on probation.</summary>
    public required long SettleMs { get; init; }
    /// <summary>How far the clocks of two nodes may differ before one's records are refused.</summary>
    public required long ClockSkewMs { get; init; }
    /// <summary>The storm breaker compares with the average over this window.</summary>
    public required long BreakerWindowMs { get; init; }
    /// <summary>Anti-entropy with each neighbour this often.</summary>
    public required long ReconcileMs { get; init; }
    /// <summary>Anti-entropy with a uniformly drawn member this often.</summary>
    public required long ReconcileFarMs { get; init; }
    /// <summary>New holdings of one model are published at least so far apart.</summary>
    public required long HoldingGapMs { get; init; }
    /// <summary>A server of origin that fails is left alone for this time at first, doubled each time.</summary>
    public required long OriginRetryMs { get; init; }
    /// <summary>And for this time at most, unless it asks for more.</summary>
    public required long OriginRetryMostMs { get; init; }
    /// <summary>An origin that has sent no byte for this time is taken to have stalled.</summary>
    public required long OriginStallMs { get; init; }
    /// <summary>An origin that gave other files than the model's is not asked again for this time.</summary>
    public required long OriginDistrustMs { get; init; }
    /// <summary>The core is woken this often.</summary>
    public required long TickMs { get; init; }
    /// <summary>A failed dial is tried again after this time, doubled each time up to sixteen-fold.</summary>
    public required long DialRetryMs { get; init; }
    /// <summary>Announcements of one node are at least so far apart; what comes between them is collected.</summary>
    public required long AnnounceMs { get; init; }
    /// <summary>A record that was only announced is asked for after this time.</summary>
    public required long GraftMs { get; init; }
    /// <summary>And of the next who announced it after this one.</summary>
    public required long GraftAgainMs { get; init; }
    /// <summary>A restore that nothing comes for gives up after this time.</summary>
    public required long RestorePatienceMs { get; init; }
    /// <summary>The waits of the take path.</summary>
    public required TakeWaits U0 { get; init; }
    /// <inheritdoc cref="U0"/>
    public required TakeWaits U1 { get; init; }
    /// <inheritdoc cref="U0"/>
    public required TakeWaits U2 { get; init; }
    /// <inheritdoc cref="U0"/>
    public required TakeWaits U3 { get; init; }

    /// <summary>The waits for one urgency; <see cref="Urgency.None"/> has U3's.</summary>
    public TakeWaits Take(Urgency urgency) => urgency switch
    {
        Urgency.U0 => U0,
        Urgency.U1 => U1,
        Urgency.U2 => U2,
        _ => U3,
    };

    /// <summary>The timers of the reference, for networks that are meant to last.</summary>
    public static Pace Real { get; } = new()
    {
        Name = "real",
        LeaseRenewMs = Day,
        LeaseTtlMs = 72 * Hour,
        GraceMs = 72 * Hour,
        RecentMs = Day,
        OnlineMs = 15 * Minute,
        ProbeMs = Minute,
        ProbeMisses = 3,
        LagMs = Second,
        PlanMs = Minute,
        ReleaseWaitMs = 30 * Minute,
        ReceiptMs = Minute,
        IntentTtlMs = 2 * Hour,
        ReleaseBackoffMs = 6 * Hour,
        ReleaseStepMs = 10 * Minute,
        ReleaseJitterMs = Hour,
        SurplusMs = 7 * Day,
        EntrySettleMs = 30 * Day,
        CuratorSettleMs = 90 * Day,
        AuditMs = Day,
        AuditPatienceMs = 30 * Second,
        AuditConfirmMs = 15 * Minute,
        TimedMs = 30 * Day,
        TrashMs = 7 * Day,
        ScrubMs = 30 * Day,
        StartupQuietMs = 5 * Minute,
        LostMs = 30 * Day,
        ProbationMs = 21 * Day,
        SettleMs = Day,
        ClockSkewMs = 10 * Minute,
        BreakerWindowMs = 3 * Day,
        ReconcileMs = 5 * Minute,
        ReconcileFarMs = 15 * Minute,
        HoldingGapMs = Minute,
        OriginRetryMs = Second,
        OriginRetryMostMs = 15 * Minute,
        OriginStallMs = 20 * Second,
        OriginDistrustMs = Day,
        TickMs = Second,
        DialRetryMs = 15 * Second,
        AnnounceMs = Second / 4,
        GraftMs = Second / 2,
        GraftAgainMs = Second / 4,
        RestorePatienceMs = 2 * Minute,
        U0 = new TakeWaits(0, 10 * Second, 5 * Minute),
        U1 = new TakeWaits(Minute, 30 * Second, 30 * Minute),
        U2 = new TakeWaits(10 * Minute, 90 * Second, Day),
        U3 = new TakeWaits(Day, Hour, Day),
    };

    /// <summary>For demonstrations and tests on one machine: the same rules, thousands of times faster.</summary>
    public static Pace Drill { get; } = new()
    {
        Name = "drill",
        LeaseRenewMs = 10 * Second,
        LeaseTtlMs = 30 * Second,
        GraceMs = 20 * Second,
        RecentMs = 8 * Second,
        OnlineMs = 3 * Second,
        ProbeMs = Second,
        ProbeMisses = 3,
        LagMs = Second,
        PlanMs = Second,
        ReleaseWaitMs = 3 * Second,
        ReceiptMs = 2 * Second,
        IntentTtlMs = 20 * Second,
        ReleaseBackoffMs = 3 * Second,
        ReleaseStepMs = Second,
        ReleaseJitterMs = 2 * Second,
        SurplusMs = 5 * Second,
        EntrySettleMs = 10 * Second,
        CuratorSettleMs = 30 * Second,
        AuditMs = 10 * Second,
        AuditPatienceMs = 5 * Second,
        AuditConfirmMs = 11 * Second,
        TimedMs = Minute,
        TrashMs = Minute,
        ScrubMs = 5 * Minute,
        StartupQuietMs = 3 * Second,
        LostMs = 5 * Minute,
        ProbationMs = 210 * Second,
        SettleMs = 10 * Second,
        ClockSkewMs = 5 * Second,
        BreakerWindowMs = Minute,
        ReconcileMs = 5 * Second,
        ReconcileFarMs = 15 * Second,
        HoldingGapMs = Second / 4,
        OriginRetryMs = Second / 10,
        OriginRetryMostMs = 2 * Second,
        OriginStallMs = Second,
        OriginDistrustMs = 5 * Minute,
        TickMs = Second / 10,
        DialRetryMs = Second / 2,
        AnnounceMs = Second / 10,
        GraftMs = Second / 2,
        GraftAgainMs = Second / 4,
        RestorePatienceMs = 10 * Second,
        U0 = new TakeWaits(0, Second, 10 * Second),
        U1 = new TakeWaits(Second / 2, Second, 20 * Second),
        U2 = new TakeWaits(Second, 2 * Second, 30 * Second),
        U3 = new TakeWaits(10 * Second, 5 * Second, 30 * Second),
    };

    /// <summary>The pace of that name, or null.</summary>
    public static Pace? Named(string name) => name switch { "real" => Real, "drill" => Drill, _ => null };
}
