using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Broadcast by Plumtree (Leitão, Pereira, Rodrigues: Epidemic Broadcast Trees, SRDS 2007). New records go whole over
/// eager links and by id over lazy ones. A duplicate makes its link lazy; an announced record that does not come makes
/// the link that announced it eager. What remains is a tree, mended where it breaks.
/// </summary>
internal sealed partial class GossipState
{
    private const int MostIds = 1024;

    private const int MostMissing = 1 << 14, MostAnnouncers = 8;

    private readonly SortedDictionary<ulong, Missing> _missing = [];
    private long _announceDueMs = long.MaxValue, _announcedMs = long.MinValue, _graftDueMs = long.MaxValue;

    /// <summary>A record that was announced and has not come: when to ask, and whom.</summary>
    private sealed class Missing(long dueMs)
    {
        public long DueMs { get; set; } = dueMs;
        public List<SessionId> From { get; } = [];
        /// <summary>Who was asked last.</summary>
        public SessionId? Asked { get; set; }
    }

    /// <summary>
    /// When (monotonic) broadcast has something to do by itself: what it collected is to be announced, or somebody is
    /// to be asked for what has not come. It may be early, never late; <see cref="long.MaxValue"/> for never.
    /// </summary>
    public long NextBroadcastMs => Math.Min(_announceDueMs, _graftDueMs);

    /// <summary>Spreads a record that the set has accepted; <paramref name="from"/> null for one of this node's
    /// own.</summary>
    public void Spread(Record record, SessionId? from, Instant now)
    {
        var bucket = BucketOf(record);
        foreach (var session in All)
        {
            if (!session.Active || session.Id == from || !IsFor(session, bucket)) continue;
            // Own records go to every neighbour: one that would starve this node of a voice does not suffice. Such a
            // link is eager again until it is pruned, for whoever hears it there first prunes the link that comes
            // second.
            session.Eager |= from is null;
            if (from is not null && IsOldNews(record, now)) AnnounceOld(session, record, now);
            else if (session.Eager) _outbox.Push(session.Id, record);
            else Announce(session, record, now);
        }
    }

    /// <summary>
    /// Older than clocks may differ: it came by reconciliation, and neighbours may well have it. They are told its id
    /// and ask for it if not; pushed, all that a newcomer learns would go to all of its neighbours.
    /// </summary>
    private bool IsOldNews(Record record, Instant now) => record.IssuedMs + Pace.ClockSkewMs < now.UnixMs;

    /// <summary>Of very much old news not even the ids are told: when it has come to an end, sets are
    /// compared.</summary>
    private void AnnounceOld(Session session, Record record, Instant now)
    {
        if (session.AgainSoon || session.Announce.Count >= MostIds) ReconcileSoon(session, now);
        else Announce(session, record, now);
    }

    /// <summary>The first announcement after a quiet spell goes out with this input, and what follows soon is
    /// collected.</summary>
    private void Announce(Session session, Record record, Instant now)
    {
        session.Announce.Add(record.Id.Prefix);
        if (_announceDueMs == long.MaxValue)
            _announceDueMs = Math.Max(now.MonotonicMs, After(_announcedMs, Pace.AnnounceMs));
    }

    private void OnPush(Session session, V1.Push push, Instant now)
    {
        if (IsTooLong(session, push.Envelopes.Count, MostIds, "push", now)) return;
        foreach (var bytes in push.Envelopes)
        {
            Take(session, bytes.Memory, now);
            // A record that ends the stream ends the frame.
            if (!_sessions.ContainsKey(session.Id)) return;
        }
    }

    private void Take(Session session, ReadOnlyMemory<byte> bytes, Instant now)
    {
        var record = _records.Read(bytes);
        if (record is not null) _missing.Remove(record.Id.Prefix);
        if (record is not null && !AllowsAuthor(session, record, now)) return;
        var equivocators = _records.Equivocators.Count;
        var verdict = record is null ? Acceptance.Malformed : _records.Offer(record, now);
        switch (verdict)
        {
            case Acceptance.Accepted or Acceptance.Equivocation:
                _authors.Charge(record!, IsMember(record!.Author), Limits(), now.MonotonicMs);
                _book.Commend(session.Peer, now.MonotonicMs);
                session.BroughtMs = now.MonotonicMs;
                if (session.Active) MakeEager(session);
                _source = session.Remote.Address;
                Accepted(record!, now);
                _source = null;
                if (IsOldNews(record!, now)) (_filler, _filledMs, _fills) = (session.Id, now.MonotonicMs, true);
                // Of who is one too many where it is, the others learn by anti-entropy, if at all.
                if (IsAdmitted(record!.Author)) Spread(record, session.Id, now);
                break;
            case Acceptance.Duplicate when session.Active && !IsReconciling(session):
                Prune(session, now);
                break;
            case Acceptance.Malformed:
                Blame(session, Offence.Malformed, $"a record was refused: {verdict}", now);
                break;
            case Acceptance.BadSignature:
                Blame(session, Offence.BadSignature, $"a record was refused: {verdict}", now);
                break;
            case Acceptance.Future:
                Blame(session, Offence.Future, "a record from the future", now);
                break;
        }
        if (verdict == Acceptance.Equivocation || _records.Equivocators.Count > equivocators) BlameAuthor(record!, now);
    }

    private void OnIHave(Session session, V1.IHave have, Instant now)
    {
        if (IsTooLong(session, have.Ids.Count, MostIds, "list of announced ids", now)) return;
        foreach (var id in have.Ids)
        {
            if (_records.FindShort(id) is not null) continue;
            if (!_missing.TryGetValue(id, out var missing))
            {
                // What does not fit is left to anti-entropy.
                if (_missing.Count >= MostMissing) return;
                _missing.Add(id, missing = new Missing(now.MonotonicMs + Pace.GraftMs));
                _graftDueMs = Math.Min(_graftDueMs, missing.DueMs);
            }
            if (missing.From.Count < MostAnnouncers && !missing.From.Contains(session.Id)) missing.From.Add(session.Id);
        }
    }

    private void OnGraft(Session session, V1.Graft graft, Instant now)
    {
        if (IsTooLong(session, graft.Ids.Count, MostIds, "list of grafted ids", now)) return;
        MakeEager(session);
        Push(session, graft.Ids.Select(_records.FindShort).OfType<Record>(), now);
    }

    /// <summary>
    /// A duplicate came over this link. If it is lazy here already, the other end has not heard so yet, or is of
    /// another mind since: a prune and a graft that cross leave each end with what the other one wanted.
    /// </summary>
    private void Prune(Session session, Instant now)
    {
        if (!session.Eager && !IsDue(session.PrunedMs, Pace.GraftMs, now)) return;
        (session.Eager, session.PrunedMs) = (false, now.MonotonicMs);
        _outbox.Send(session.Id, new V1.Frame { Prune = new V1.Prune() });
    }

    /// <summary>
    /// The other end has the news from elsewhere. Two records on their way at once can cut a node off from both of
    /// those it has them from: then it asks for the nearest link again and does not wait until it misses something.
    /// </summary>
    private void OnPrune(Session session)
    {
        var was = session.Eager;
        session.Eager = false;
        if (!was || !session.Active) return;
        Session? nearest = null;
        foreach (var other in All)
        {
            if (!other.Active) continue;
            if (other.Eager) return;
            if (other != session && (nearest is null || Nearness(other) < Nearness(nearest))) nearest = other;
        }
        if (nearest is not null) MakeEager(nearest);
    }

    /// <summary>Round trip, ms; whoever was never measured comes last.</summary>
    private static long Nearness(Session session) => session.RttMs < 0 ? long.MaxValue : session.RttMs;

    /// <summary>
    /// News came over this link, or its other end asks for it: it belongs to the tree. If it is lazy here, its other
    /// end has been told so or will be: it pushed, or asked, before it knew. With both ends of two minds nothing comes
    /// over the link, and the next duplicate cuts the other one, too.
    /// </summary>
    private void MakeEager(Session session)
    {
        if (session.Eager) return;
        session.Eager = true;
        _outbox.Send(session.Id, new V1.Frame { Graft = new V1.Graft() });
    }

    /// <summary>
    /// A link of the tree is gone. Rather than wait until a record is missed, all other links are made eager; the next
    /// record prunes those that are not needed.
    /// </summary>
    private void Reroute()
    {
        foreach (var session in All)
            if (session.Active)
                MakeEager(session);
    }

    /// <summary>Does what is due by <see cref="NextBroadcastMs"/>.</summary>
    public void TendBroadcast(Instant now)
    {
        if (_announceDueMs <= now.MonotonicMs) SendAnnouncements(now);
        if (_graftDueMs <= now.MonotonicMs) GraftMissing(now);
    }

    private void SendAnnouncements(Instant now)
    {
        (_announceDueMs, _announcedMs) = (long.MaxValue, now.MonotonicMs);
        foreach (var session in All)
        {
            if (session.Announce.Count == 0) continue;
            foreach (var ids in session.Announce.Chunk(MostIds))
            {
                var have = new V1.IHave();
                have.Ids.AddRange(ids);
                _outbox.Send(session.Id, new V1.Frame { IHave = have });
            }
            session.Announce.Clear();
        }
    }

    /// <summary>Asks those who announced a record for it, one after the other, until it comes or nobody is
    /// left.</summary>
    private void GraftMissing(Instant now)
    {
        SortedDictionary<SessionId, V1.Graft> grafts = [];
        List<SessionId> broke = [];
        foreach (var (id, missing) in _missing.Where(m => m.Value.DueMs <= now.MonotonicMs).Take(MostIds).ToList())
        {
            if (missing.Asked is { } asked) broke.Add(asked);
            missing.From.RemoveAll(from => !_sessions.ContainsKey(from));
            if (missing.From.Count == 0)
            {
                _missing.Remove(id);
                continue;
            }
            var next = missing.From[0];
            missing.From.RemoveAt(0);
            missing.Asked = next;
            missing.DueMs = now.MonotonicMs + Pace.GraftAgainMs;
            if (!grafts.TryGetValue(next, out var graft)) grafts.Add(next, graft = new V1.Graft());
            graft.Ids.Add(id);
        }
        foreach (var (from, graft) in grafts)
        {
            _sessions[from].Eager = true;
            _sessions[from].Budget.Ordered(graft.Ids.Count);
            _outbox.Send(from, new V1.Frame { Graft = graft });
        }
        foreach (var id in broke) Broke(id, now);
        _graftDueMs = _missing.Count == 0 ? long.MaxValue : _missing.Values.Min(m => m.DueMs);
    }

    /// <summary>A peer announced a record and did not send it. Some were replaced meanwhile: a few are
    /// forgiven.</summary>
    private void Broke(SessionId id, Instant now)
    {
        if (_sessions.TryGetValue(id, out var session) && !session.Budget.Forgives(Limits(), now.MonotonicMs))
            Blame(session, Offence.BrokenPromise, "announces records that it does not have", now);
    }
}
