using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Planning;

/// <summary>What this node knows of itself when it releases.</summary>
/// <param name="Forbidden">Why it may release nothing, in words; null when it may.</param>
/// <param name="ClockSuspect">Its wall clock cannot be trusted: no deadline has passed.</param>
/// <param name="MonitorsCut">Fewer than half of its monitors can be reached.</param>
/// <param name="Neighbours">Neighbours in the overlay.</param>
internal readonly record struct ReleaseCircumstances(
    string? Forbidden, bool ClockSuspect, bool MonitorsCut, int Neighbours);

/// <summary>How one release stands, for people.</summary>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Reason">Why it is to go.</param>
/// <param name="Phase">How far it has come.</param>
/// <param name="DueInMs">Until the phase may end.</param>
/// <param name="Copies">Copies elsewhere that the view shows.</param>
/// <param name="Needed">Copies elsewhere that are needed.</param>
/// <param name="Words">What it waits for.</param>
public sealed record ReleaseReport(
    Hash256 Model, int Slice, ReleaseReason Reason, ReleasePhase Phase, long DueInMs, int Copies, int Needed,
    string Words);

/// <summary>
/// All releases of this node: takes up what owners demand and what the network has too much of, lets
/// <see cref="ReleaseRule"/> move each one on, and carries out what it says.
/// </summary>
internal sealed class ReleaseState(
    NodeId self, Outbox outbox, ReplicationState replication, ReadOnlyMemory<byte> secret, SplitMix64 random,
    Action<RecordKind, byte[], Google.Protobuf.IMessage, long> say)
{
    /// <summary>Intents of this node that may be out at once: what one mistake could cost at most.</summary>
    public const int MostPending = 32;

    /// <summary>Of these, trims.</summary>
    public const int MostTrims = 8;

    private readonly SortedDictionary<(Hash256 Model, int Slice), Release> _releases = [];
    private readonly SortedSet<(Hash256 Model, int Slice)> _recalled = [];
    private readonly ReleaseWishes _wishes = new(self, replication, random);
    private ImmutableArray<ReleaseDemand> _demands = [];
    private int _pending, _pendingTrims;

    /// <summary>Whether there is anything to tend between two plans.</summary>
    public bool IsBusy => _releases.Count > 0 || _recalled.Count > 0;

    /// <summary>Whether time alone may make another choice of what is given up.</summary>
    public bool MayChange => IsBusy || _demands.Length > 0 || _wishes.IsWaiting;

    public void Demanded(ImmutableArray<ReleaseDemand> demands) => _demands = demands;

    /// <summary>An intent of an earlier run: it is taken back, as nobody pursues it.</summary>
    public void Recall(Hash256 model, int slice) => _recalled.Add((model, slice));

    /// <summary>When this node's pending intent on a slice was announced, Unix milliseconds; 0 for none.</summary>
    public long TicketOf(Hash256 model, int slice) =>
        _releases.TryGetValue((model, slice), out var release) && release.IsPending ? release.Ticket.IssuedMs : 0;

    /// <summary>How every release stands, in order of model and slice.</summary>
    public ImmutableArray<ReleaseReport> Report(SwarmView? view, Instant now)
    {
        if (view is null) return [];
        var reader = new ReleaseFactsReader(view, self, now);
        return [.. _releases.Values.Select(release =>
        {
            var facts = reader.Of(release.Model, release.Slice);
            return new ReleaseReport(release.Model, release.Slice, release.Reason, release.Phase,
                Math.Max(0, release.DueMs - now.MonotonicMs), facts is null ? 0 : ReleaseRule.Visible(facts),
                facts?.Needed(release.Reason) ?? 0, release.Words);
        })];
    }

    /// <summary>Looks anew at what is wanted; about as often as the planner runs.</summary>
    public void Plan(SwarmView view, ReleaseCircumstances own, Instant now)
    {
        _wishes.Choose(view, _demands, own, now);
        foreach (var (key, wish) in _wishes.All)
        {
            if (_releases.TryGetValue(key, out var known))
            {
                if (known.Reason == wish.Reason || known.IsPending) continue;
                _releases[key] = known with { Reason = wish.Reason };
            }
            else
                _releases[key] = new Release
                {
                    Model = key.Model,
                    Slice = key.Slice,
                    Reason = wish.Reason,
                    DueMs = now.MonotonicMs + wish.DelayMs,
                };
        }
        replication.OwnerWants(_wishes.OfOwners());
    }

    /// <summary>
    /// Lets releases move on; the safest first, as only so many may be out at once. Between two plans only those that
    /// are out move: thousands that wait need not be looked at every second.
    /// </summary>
    public void Tend(SwarmView view, ReleaseCircumstances own, bool planned, Instant now)
    {
        TakeBack(view.Policy.Pace);
        if (_releases.Count == 0 || !planned && _pending == 0) return;
        var reader = new ReleaseFactsReader(view, self, now);
        var rule = Rule(view);
        var order = _releases.Values.Where(r => planned || r.IsPending)
            .Select(r => (Release: r, Facts: reader.Of(r.Model, r.Slice)))
            .OrderByDescending(r => r.Facts is { } facts
                ? ReleaseRule.Visible(facts) - facts.Needed(r.Release.Reason) : int.MinValue);
        foreach (var (release, facts) in order.ToList())
            Move(release, With(release, facts, own, now), view.Policy.Pace, rule, now);
    }

    /// <summary>A challenge ended; what it makes possible happens at once, while the receipts are fresh.</summary>
    public void Received(
        CoreInput.ReceiptArrived receipt, SwarmView? view, ReleaseCircumstances own, Instant now)
    {
        var key = (receipt.Model, receipt.Slice);
        if (view is null || !_releases.TryGetValue(key, out var release)) return;
        if (release.Phase != ReleasePhase.Collecting || receipt.Nonce != NonceOf(release, receipt.Holder)) return;
        var received = ReleaseRule.Receive(release, receipt.Holder, receipt.Outcome, receipt.TicketMs);
        _releases[key] = received;
        var facts = new ReleaseFactsReader(view, self, now).Of(receipt.Model, receipt.Slice);
        Move(received, With(received, facts, own, now), view.Policy.Pace, Rule(view), now);
    }

    private const string Unknown = "its model is not in the catalogue, or this node has just begun to watch it";

    private ReleaseRule Rule(SwarmView view) => new(self, view.Policy.Pace, random);

    /// <summary>Adds what the reader cannot know. A slice of an unknown entry may be wanted, but nobody can vouch for
    /// it: only a deadline lets it go.</summary>
    private ReleaseFacts With(Release release, ReleaseFacts? facts, ReleaseCircumstances own, Instant now)
    {
        var wish = _wishes.Of(release.Model, release.Slice);
        var known = facts ?? new ReleaseFacts { Target = 1, Holders = [] };
        return known with
        {
            Wanted = wish is not null && replication.Releasable(release.Model).Contains(release.Slice),
            OwnerWins = !own.ClockSuspect && wish?.DeadlineUnixMs is { } deadline && now.UnixMs >= deadline,
            Forbidden = own.Forbidden ?? (facts is null ? Unknown : wish?.Forbidden),
            MonitorsCut = own.MonitorsCut,
            Neighbours = own.Neighbours,
            MayAnnounce = _pending < MostPending &&
                (release.Reason != ReleaseReason.Trim || _pendingTrims < MostTrims),
        };
    }

    private void Move(Release release, ReleaseFacts facts, Pace pace, ReleaseRule rule, Instant now)
    {
        var key = (release.Model, release.Slice);
        var (next, act) = rule.Next(release, facts, now);
        Count(release, -1);
        Count(next, 1);
        _releases[key] = next;
        switch (act)
        {
            case ReleaseAct.Announce: SayIntent(next, pace, new V1.ReleaseIntent()); break;
            case ReleaseAct.Withdraw: SayIntent(next, pace, new V1.ReleaseIntent { Cancelled = true }); break;
            case ReleaseAct.Ask: Ask(next, pace); break;
            case ReleaseAct.Drop: _releases.Remove(key); break;
            case ReleaseAct.GiveUp: GiveUp(next, ReleaseRule.Proven(next, facts), unproven: false, pace, now); break;
            case ReleaseAct.GiveUpUnproven:
                var left = ReleaseRule.Visible(facts);
                SayIntent(next with { Ticket = new ReleaseTicket(now.UnixMs, self) }, pace,
                    new V1.ReleaseIntent { Unproven = true, CopiesLeft = (uint)left });
                GiveUp(next, left, unproven: true, pace, now);
                break;
        }
    }

    private void Count(Release release, int by)
    {
        if (!release.IsPending) return;
        _pending += by;
        if (release.Reason == ReleaseReason.Trim) _pendingTrims += by;
    }

    private void Ask(Release release, Pace pace)
    {
        foreach (var holder in release.Asked)
            outbox.Add(new CoreOutput.AskReceipt(
                holder, release.Model, release.Slice, NonceOf(release, holder), pace.ReceiptMs));
    }

    /// <summary>
    /// The intent is left to expire: what others make of it is only more caution. The holding goes out first, then the
    /// data moves.
    /// </summary>
    private void GiveUp(Release release, int copiesLeft, bool unproven, Pace pace, Instant now)
    {
        Count(release, -1);
        _releases.Remove((release.Model, release.Slice));
        replication.GiveUp(release.Model, release.Slice, pace, now);
        outbox.Add(new CoreOutput.MoveToTrash(release.Model, release.Slice, release.Reason, copiesLeft, unproven));
    }

    private void SayIntent(Release release, Pace pace, V1.ReleaseIntent body)
    {
        body.TicketMs = (ulong)release.Ticket.IssuedMs;
        body.Reason = ReleaseWishes.Word(release.Reason);
        say(RecordKind.ReleaseIntent, RecordBodies.SliceSubject(release.Model, release.Slice), body,
            pace.IntentTtlMs);
    }

    private void TakeBack(Pace pace)
    {
        foreach (var (model, slice) in _recalled)
            if (TicketOf(model, slice) == 0)
                say(RecordKind.ReleaseIntent, RecordBodies.SliceSubject(model, slice),
                    new V1.ReleaseIntent { Cancelled = true }, pace.IntentTtlMs);
        _recalled.Clear();
    }

    // Unpredictable to the holder, the same when it is asked for again, and another one for each attempt.
    private Nonce NonceOf(Release release, NodeId holder) => Nonce.Derive(
        secret.Span, release.Ticket.IssuedMs, release.Model, release.Slice, holder);
}
