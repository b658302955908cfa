using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// One node's attempts to fetch one slice, as this node saw them: for how long its claim deserves patience. A claim may
/// be withdrawn and made again, and a fetch may begin anew, but neither buys new patience: only more progress than ever
/// before does, and once this node asks for proof, only progress that was shown. Times are monotonic milliseconds of
/// the viewer.
/// </summary>
/// <param name="BeganMs">Since when the claim stands, or stood last.</param>
/// <param name="Best">The most progress that it ever told of, percent.</param>
/// <param name="BestAtMs">When that was first heard.</param>
/// <param name="SeenMs">When the claim was last heard of.</param>
/// <param name="Open">The claim stands.</param>
internal readonly record struct ClaimTry(long BeganMs, int Best, long BestAtMs, long SeenMs, bool Open)
{
    /// <summary>The parts of the slice that it says are there.</summary>
    public PartMap Said { get; init; } = PartMap.Empty;

    /// <summary>What it showed to this node; null while its word is believed.</summary>
    public ClaimProof? Proof { get; init; }

    /// <summary>When progress was last made, as far as this node believes it.</summary>
    public long BelievedAtMs => Proof?.BelievedAtMs ?? BestAtMs;

    /// <summary>What it says is there and has not shown.</summary>
    public PartMap Unshown => Proof is { } proof ? Said.Without(proof.Shown) : Said;

    /// <summary>There is progress to ask for, if the claim stands and was not found false.</summary>
    public bool IsToShow =>
        Open && Proof is { Failed: false } proof && BestAtMs > proof.BelievedAtMs && !Unshown.IsEmpty;

    /// <summary>The first claim.</summary>
    public static ClaimTry First(int percent, PartMap said, long nowMs) =>
        new(nowMs, percent, nowMs, nowMs, true) { Said = said };

    /// <summary>The claim was made again, or said again.</summary>
    public ClaimTry Claimed(int percent, PartMap said, long nowMs)
    {
        var here = this with { BeganMs = Open ? BeganMs : nowMs, SeenMs = nowMs, Open = true, Said = said };
        return percent > Best ? here with { Best = percent, BestAtMs = nowMs } : here;
    }

    /// <summary>The claim was withdrawn, or nobody renewed it.</summary>
    public ClaimTry Dropped(long nowMs) => this with { SeenMs = nowMs, Open = false };

    /// <summary>From now on this node asks for proof. Half the patience is left for the first one, or what is left
    /// anyway.</summary>
    public ClaimTry Doubted(long ttlMs, long nowMs) => Proof is not null ? this
        : this with { Proof = new ClaimProof(Math.Min(BestAtMs, nowMs - ttlMs / 2), PartMap.Empty, false) };

    /// <summary>It has shown a leaf of these parts, and with it what it had said of its progress by then.</summary>
    public ClaimTry Shows(PartMap parts, long saidAtMs) => Proof is not { } proof ? this : this with
    {
        Proof = proof with
        {
            BelievedAtMs = Math.Max(proof.BelievedAtMs, saidAtMs),
            Shown = proof.Shown.And(parts),
        },
    };

    /// <summary>It could not show what it said is there.</summary>
    public ClaimTry Fails() => Proof is { } proof ? this with { Proof = proof with { Failed = true } } : this;
}

/// <summary>What a claimant showed to this node of one fetch.</summary>
/// <param name="BelievedAtMs">When the newest progress that was shown had been said.</param>
/// <param name="Shown">The parts of which a leaf was shown.</param>
/// <param name="Failed">It was found to have said what is not so.</param>
internal sealed record ClaimProof(long BelievedAtMs, PartMap Shown, bool Failed);
