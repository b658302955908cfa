using WeightSwarm.V1;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>How things stand after a message.</summary>
public enum ReconcileOutcome
{
    /// <summary>There is more to compare: send the reply.</summary>
    Continue,

    /// <summary>All is compared. A responder still sends its reply, which tells the initiator so.</summary>
    Done,

    /// <summary>
    /// The initiator has used its 16 rounds with more to compare; another session goes on from there.
    /// </summary>
    OutOfRounds,

    /// <summary>An answer to a session that is not open here: ignore it.</summary>
    Stale,

    /// <summary>The peer broke the protocol; see <see cref="ReconcileStep.Reason"/>.</summary>
    Malformed,
}

/// <summary>What one received message leads to.</summary>
/// <param name="Outcome">How things stand.</param>
/// <param name="Reply">The message to send, after what is pushed; null when there is none.</param>
/// <param name="ToPush">Ids that we have and the peer lacks, at most 4,096.</param>
/// <param name="ToWant">
/// Ids that the peer has and we lack in its ranges, at most 2,048. A dishonest peer can name ids that the index has
/// under another day, or that exist nowhere: look before asking.
/// </param>
/// <param name="ItemsRead">The work done, in items read from the index: at most twice its count.</param>
/// <param name="Reason">
/// For <see cref="ReconcileOutcome.Malformed"/>: what was wrong, with the value. Else null.
/// </param>
public sealed record ReconcileStep(
    ReconcileOutcome Outcome,
    Reconcile? Reply,
    IReadOnlyList<Hash256> ToPush,
    IReadOnlyList<Hash256> ToWant,
    long ItemsRead,
    string? Reason)
{
    internal static ReconcileStep Nothing(ReconcileOutcome outcome) => new(outcome, null, [], [], 0, null);

    internal static ReconcileStep Malformed(string reason) => new(ReconcileOutcome.Malformed, null, [], [], 0, reason);
}
