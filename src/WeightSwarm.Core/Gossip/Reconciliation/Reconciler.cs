using Google.Protobuf;
using WeightSwarm.V1;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// Range-based set reconciliation with one peer (Meyer: Range-based set reconciliation, 2023; the shape of
/// negentropy). As a responder it keeps no state; as an initiator it keeps one open session. One for each link, over
/// one shared index.
/// </summary>
/// <remarks>
/// Both roles do the same with a range: equal fingerprints settle it, differing ones get a list or 16 smaller
/// fingerprints back, and whoever receives a list pushes what the sender lacks and wants what itself lacks, with no
/// further reply.
/// </remarks>
/// <param name="index">The records of this side.</param>
/// <param name="trusts">The other side runs in this process and can be trusted, and trusts this one.</param>
public sealed class Reconciler(RecordIndex index, bool trusts = false)
{
    private ulong _session;
    private FingerprintKey? _key;
    private ByteString _salt = ByteString.Empty;
    private int _rounds;
    private bool _wasEqual;

    /// <summary>Messages sent in the session that was opened last, 0 to 16.</summary>
    public int Rounds => _rounds;

    /// <summary>True while an answer of the peer is awaited.</summary>
    public bool IsOpen => _key is not null;

    /// <summary>Opens a session, in place of the one before it, and returns its first message.</summary>
    /// <param name="session">Its number; answers to other numbers are stale.</param>
    /// <param name="salt">
    /// 16 unpredictable bytes for this session alone: <see cref="FingerprintKey.DeriveSalt"/>.
    /// </param>
    /// <exception cref="ArgumentException">The salt does not have 16 bytes.</exception>
    public Reconcile Start(ulong session, ReadOnlySpan<byte> salt)
    {
        _key = KeyOf(salt);
        (_session, _salt, _rounds) = (session, ByteString.CopyFrom(salt), 1);
        var comparison = new RangeComparison(index, _key);
        // Between neighbours the usual answer is that nothing differs: then one fingerprint each way says it.
        comparison.Open(asOne: _wasEqual && index.Count > 0);
        _wasEqual = false;
        return Message(comparison);
    }

    /// <summary>Forgets the open session, as when the peer does not answer.</summary>
    public void Abandon() => _key = null;

    /// <summary>
    /// Handles a message of the peer, whichever role it gives us. Never throws for what a peer sends.
    /// </summary>
    public ReconcileStep Handle(Reconcile message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Answer && (_key is null || message.Session != _session))
            return ReconcileStep.Nothing(ReconcileOutcome.Stale);
        List<ReceivedRange>? ranges = RangeReader.Read(message, out string reason);
        if (ranges is null)
        {
            if (message.Answer) Abandon();
            return ReconcileStep.Malformed(reason);
        }
        var comparison = new RangeComparison(index, message.Answer ? _key! : KeyOf(message.Salt.Span));
        comparison.Compare(ranges);
        return message.Answer ? GoOn(comparison) : Answer(comparison, message.Session);
    }

    private FingerprintKey KeyOf(ReadOnlySpan<byte> salt) =>
        trusts ? FingerprintKey.Trusting(salt) : FingerprintKey.From(salt);

    private static ReconcileStep Answer(RangeComparison comparison, ulong session)
    {
        var answer = new Reconcile { Session = session, Answer = true };
        comparison.Writer.MoveTo(answer);
        return Step(comparison.Writer.IsEmpty ? ReconcileOutcome.Done : ReconcileOutcome.Continue, answer, comparison);
    }

    private ReconcileStep GoOn(RangeComparison comparison)
    {
        ReconcileOutcome outcome = comparison.Writer.IsEmpty ? ReconcileOutcome.Done
            : _rounds >= ReconcileLimits.MaxRounds ? ReconcileOutcome.OutOfRounds
            : ReconcileOutcome.Continue;
        if (outcome == ReconcileOutcome.Continue)
        {
            _rounds++;
            return Step(outcome, Message(comparison), comparison);
        }
        Abandon();
        _wasEqual = outcome == ReconcileOutcome.Done && _rounds == 1 && comparison.ToPush.Count == 0 &&
            comparison.ToWant.Count == 0;
        return Step(outcome, null, comparison);
    }

    private Reconcile Message(RangeComparison comparison)
    {
        var message = new Reconcile { Session = _session, Salt = _salt };
        comparison.Writer.MoveTo(message);
        return message;
    }

    private static ReconcileStep Step(ReconcileOutcome outcome, Reconcile? reply, RangeComparison comparison) =>
        new(outcome, reply, comparison.ToPush, comparison.ToWant, comparison.ItemsRead, null);
}
