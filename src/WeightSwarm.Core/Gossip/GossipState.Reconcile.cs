using System.Buffers.Binary;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Anti-entropy: what broadcast missed is found by range-based set reconciliation, with each neighbour now and then,
/// and with a uniformly drawn member, which also mends an overlay that has come apart.
/// </summary>
internal sealed partial class GossipState
{
    private const int WantedIdsPerFrame = 1024, MostDraws = 64;

    /// <summary>All peers run in this process: fingerprints need not resist them.</summary>
    public bool TrustsPeers { get; init; }

    // Those with an address, in order; null when some came or went.
    private Identity.NodeId[]? _peers;
    private long _lastFarMs = long.MinValue;

    // Who brought old news last, or may do so, and when.
    private SessionId _filler;
    private long _filledMs = long.MinValue;
    private bool _fills;
    private ulong _reconciliations;

    private void TendReconciliation(Instant now, Instant soon)
    {
        foreach (var session in All)
            if ((session.Active || session.AgainSoon) &&
                IsDue(session.LastReconcileMs, Pace.ReconcileMs, session.AgainSoon ? now : soon))
                CompareInTurn(session, now);
        if (!IsDue(_lastFarMs, Pace.ReconcileFarMs, now)) return;
        if (_addressesOf.Count == 0) return;
        Rotate(now);
        var peer = DrawMember();
        if (SessionWith(peer) is { } open) CompareInTurn(open, now);
        // A new stream begins with a reconciliation.
        else if (!Dial(AddressesOf(peer), now)) return;
        _lastFarMs = now.MonotonicMs;
    }

    /// <summary>A member drawn uniformly; of those not on probation, unless there are hardly any.</summary>
    private Identity.NodeId DrawMember()
    {
        _peers ??= [.. _addressesOf.Keys];
        Identity.NodeId peer = default;
        for (var draw = 0; draw < MostDraws; draw++)
        {
            peer = _peers[_random.Below(_peers.Length)];
            if (!IsYoung(peer)) break;
        }
        return peer;
    }

    private static bool IsDue(long lastMs, long everyMs, Instant now) =>
        lastMs == long.MinValue || now.MonotonicMs - lastMs >= everyMs;

    /// <summary>
    /// Compares sets with a peer, unless this node is being filled up by another one now: two would bring it the same.
    /// Nobody can keep the others waiting for long.
    /// </summary>
    private void CompareInTurn(Session session, Instant now)
    {
        if (session.WaitsSinceMs == long.MaxValue) session.WaitsSinceMs = now.MonotonicMs;
        if (MustWait(session, now)) ReconcileSoon(session, now);
        else StartReconciliation(session, now);
    }

    private bool MustWait(Session session, Instant now) =>
        session.Id != _filler && _filledMs != long.MinValue && now.MonotonicMs - _filledMs < 2 * Pace.GraftMs &&
        (session.WaitsSinceMs == long.MaxValue || now.MonotonicMs - session.WaitsSinceMs < Pace.ReconcileMs / 10);

    private void StartReconciliation(Session session, Instant now)
    {
        // Until it is known how much a new peer brings, the others wait.
        if (session.Reconciler is null) (_filler, _filledMs, _fills) = (session.Id, now.MonotonicMs, false);
        (session.LastReconcileMs, session.AgainSoon, session.WaitsSinceMs) = (now.MonotonicMs, false, long.MaxValue);
        session.Reconciler ??= new Reconciler(_records.Index, TrustsPeers);
        SendOpening(session, session.Reconciler, MainScope);
    }

    private void SendOpening(Session session, Reconciler reconciler, uint scope)
    {
        var number = ++_reconciliations;
        Span<byte> salt = stackalloc byte[FingerprintKey.SaltSize];
        if (TrustsPeers) BinaryPrimitives.WriteUInt128LittleEndian(salt, number);
        else FingerprintKey.DeriveSalt(_secret.Span, number).CopyTo(salt);
        session.Budget.Reconciles();
        var opening = reconciler.Start(number, salt);
        opening.Scope = scope;
        _outbox.Send(session.Id, new V1.Frame { Reconcile = opening });
    }

    private void OnReconcile(Session session, V1.Reconcile message, Instant now)
    {
        if (message.Scope != MainScope)
        {
            OnScoped(session, message, now);
            return;
        }
        if (!message.Answer && MustWait(session, now))
        {
            Decline(session, message, now);
            return;
        }
        session.LastReconcileMs = session.UsedMs = now.MonotonicMs;
        session.AgainSoon = false;
        session.Reconciler ??= new Reconciler(_records.Index, TrustsPeers);
        var step = session.Reconciler.Handle(message);
        if (!Carry(session, message, step, now)) return;
        if (step.Outcome == ReconcileOutcome.OutOfRounds) ReconcileSoon(session, now);
        // It brought nothing: whoever waits need not.
        if (message.Answer && step is { Reply: null, ToWant.Count: 0 } && session.Id == _filler && !_fills)
            _filledMs = long.MinValue;
    }

    private bool Carry(Session session, V1.Reconcile message, ReconcileStep step, Instant now)
    {
        if (step.Outcome == ReconcileOutcome.Malformed)
        {
            Blame(session, Offence.Malformed, $"a reconciliation was refused: {step.Reason}", now);
            return false;
        }
        if (step.ToPush.Count > 0) Push(session, step.ToPush.Select(_records.Find).OfType<Record>(), now);
        if (step.ToWant.Count > 0) Want(session, step.ToWant);
        if (step.Reply is null or { Ranges.Count: 0 }) EndRenewals(session);
        if (step.Reply is not { } reply) return true;
        session.Budget.Reconciles();
        reply.Scope = message.Scope;
        _outbox.Send(session.Id, new V1.Frame { Reconcile = reply });
        return true;
    }

    private void Want(Session session, IReadOnlyList<Hash256> wanted)
    {
        foreach (var ids in wanted.Where(id => _records.Find(id) is null).Chunk(WantedIdsPerFrame))
        {
            session.Budget.Ordered(ids.Length);
            _outbox.Send(session.Id, new V1.Frame { Want = WantOf(ids) });
        }
    }

    /// <summary>The answer that ends a session; when this node has its hands free it opens one itself.</summary>
    private void Decline(Session session, V1.Reconcile message, Instant now)
    {
        if (session.WaitsSinceMs == long.MaxValue) session.WaitsSinceMs = now.MonotonicMs;
        ReconcileSoon(session, now);
        SayNothing(session, message);
    }

    /// <summary>
    /// What was accepted between the reconciliation of a new stream and the moment when it becomes a link goes over
    /// neither; a second one soon after makes it good.
    /// </summary>
    private void ReconcileSoon(Session session, Instant now) =>
        (session.LastReconcileMs, session.AgainSoon) = (now.MonotonicMs - Pace.ReconcileMs + 2 * Pace.GraftMs, true);

    /// <summary>Whether a comparison with some peer is to follow sooner than its turn comes.</summary>
    public bool ComparesSoon => Count(static s => s.AgainSoon) > 0;

    private static bool IsReconciling(Session session) => session.Reconciler is { IsOpen: true } ||
        IsComparingBuckets(session);

    private static V1.Want WantOf(Hash256[] ids)
    {
        var bytes = new byte[ids.Length * Hash256.Size];
        for (var i = 0; i < ids.Length; i++) ids[i].CopyTo(bytes.AsSpan(i * Hash256.Size));
        return new V1.Want { Ids = Google.Protobuf.ByteString.CopyFrom(bytes) };
    }

    private void OnWant(Session session, V1.Want want, Instant now)
    {
        if (IsTooLong(session, want.Ids.Length, WantedIdsPerFrame * Hash256.Size, "list of wanted ids", now)) return;
        List<Record> found = [];
        for (var rest = want.Ids.Span; rest.Length >= Hash256.Size; rest = rest[Hash256.Size..])
            if (_records.Find(new Hash256(rest[..Hash256.Size])) is { } record)
                found.Add(record);
        Push(session, found, now);
    }
}
