using System.Collections.Immutable;
using System.Net;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>Names one stream between this node and a peer; never used again within one run.</summary>
/// <param name="Value">Given by the driver.</param>
public readonly record struct SessionId(long Value) : IComparable<SessionId>
{
    /// <inheritdoc/>
    public int CompareTo(SessionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}

/// <summary>What happens to a core.</summary>
public abstract record CoreInput
{
    private CoreInput()
    {
    }

    /// <summary>A stream is open and its peer's key is proved.</summary>
    public sealed record SessionOpened(SessionId Session, NodeId Peer, bool Outbound, IPEndPoint Remote) : CoreInput;

    /// <summary>A stream ended, from whichever side.</summary>
    public sealed record SessionClosed(SessionId Session) : CoreInput;

    /// <summary>A frame came in.</summary>
    public sealed record FrameArrived(SessionId Session, V1.Frame Frame) : CoreInput;

    /// <summary>
    /// The driver saw what a core cannot: bytes that are no frame, an answer that nobody asked for, a peer that does
    /// not read. <paramref name="Peer"/> and <paramref name="Remote"/> say whose stream it was if it is gone by now.
    /// </summary>
    public sealed record Offended(
        SessionId Session, NodeId Peer, IPAddress Remote, Offence Offence, string What) : CoreInput;

    /// <summary>The driver came to its own work so many milliseconds late.</summary>
    public sealed record Lagged(long Ms) : CoreInput;

    /// <summary>A dial that the core asked for came to nothing.</summary>
    public sealed record DialFailed(IPEndPoint Address) : CoreInput;

    /// <summary>A peer that the core wanted to have dialled back did answer, or did not.</summary>
    public sealed record Knocked(SessionId Session, bool Answered) : CoreInput;

    /// <summary>Addresses to try first: from an invite or the last run.</summary>
    public sealed record Bootstrap(IReadOnlyList<IPEndPoint> Addresses) : CoreInput;

    /// <summary>Addresses to try that anybody may have made up: from the DHT. At most 32 that have not answered yet
    /// are kept, each for two dials.</summary>
    public sealed record Found(IReadOnlyList<IPEndPoint> Addresses) : CoreInput;

    /// <summary>What an earlier run knew of others; comes before its records.</summary>
    public sealed record Remembered(EarlierRun Run) : CoreInput;

    /// <summary>Records of an earlier run.</summary>
    public sealed record Restored(IReadOnlyList<ReadOnlyMemory<byte>> Envelopes) : CoreInput;

    /// <summary>A record made by a key that this machine holds: a charter, an entry.</summary>
    public sealed record Publish(Record Record) : CoreInput;

    /// <summary>This node's own description changed.</summary>
    public sealed record Described(SelfDescription Self) : CoreInput;

    /// <summary>Another slice may take so many bytes now.</summary>
    public sealed record RoomChanged(long RoomBytes, long FreeBytes, long DonatedBytes) : CoreInput
    {
        /// <summary>
        /// Of these models another slice may take less than that, 0 for nothing: each lies in a donation already, and
        /// grows there alone.
        /// </summary>
        public ImmutableSortedDictionary<Hash256, long> ModelRooms { get; init; } =
            ImmutableSortedDictionary<Hash256, long>.Empty;
    }

    /// <summary>These models, and no others, have an origin that can be fetched from now.</summary>
    public sealed record OriginsUsable(ImmutableSortedSet<Hash256> Models) : CoreInput;

    /// <summary>Every piece of a slice is verified and on disk, fsynced.</summary>
    public sealed record SliceVerified(Hash256 Model, int Slice) : CoreInput;

    /// <summary>The node holds these slices, from an earlier run or in place.</summary>
    public sealed record SlicesHeld(Hash256 Model, Catalogue.SliceSet Slices, bool InPlace) : CoreInput;

    /// <summary>Of all that earlier runs left, <see cref="SlicesHeld"/> has come: nothing more is there of what they
    /// said.</summary>
    public sealed record TakenUp : CoreInput;

    /// <summary>
    /// Of the held slices of a model, those on a volume that cannot be reached now; none when it is back.
    /// </summary>
    public sealed record SlicesAway(Hash256 Model, Catalogue.SliceSet Slices) : CoreInput;

    /// <summary>A held slice can no longer be vouched for.</summary>
    public sealed record SliceLost(Hash256 Model, int Slice) : CoreInput;

    /// <summary>How far a fetch has come: in percent, and which parts of the slice are verified on the disk.</summary>
    public sealed record SliceProgress(Hash256 Model, int Slice, int Percent, PartMap Parts) : CoreInput;

    /// <summary>A fetch came to nothing.</summary>
    public sealed record FetchFailed(Hash256 Model, int Slice) : CoreInput;

    /// <summary>All that owners and volumes ask to have given up now; what is no longer in it may stay.</summary>
    public sealed record ReleaseDemanded(ImmutableArray<ReleaseDemand> Demands) : CoreInput;

    /// <summary>The user waits for these models, and no others: this node must hear who holds them.</summary>
    public sealed record ModelsWanted(ImmutableSortedSet<Hash256> Models) : CoreInput;

    /// <summary>A challenge that the core asked for has ended.</summary>
    /// <param name="Holder">Who was challenged.</param>
    /// <param name="Model">Model id.</param>
    /// <param name="Slice">Which slice.</param>
    /// <param name="Nonce">Of the challenge.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="TicketMs">The holder's own pending intent on the slice, by its answer; 0 for none.</param>
    public sealed record ReceiptArrived(
        NodeId Holder, Hash256 Model, int Slice, Nonce Nonce, ReceiptOutcome Outcome, long TicketMs) : CoreInput;

    /// <summary>A challenge of an audit has ended.</summary>
    /// <param name="Copy">What was audited.</param>
    /// <param name="Nonce">Of the challenge.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="Fault">What was wrong with the answer, in words; empty for nothing.</param>
    public sealed record AuditEnded(CopyKey Copy, Nonce Nonce, ReceiptOutcome Outcome, string Fault) : CoreInput;

    /// <summary>A timed challenge has ended.</summary>
    /// <param name="Copy">What was asked for.</param>
    /// <param name="Nonce">Of the challenge.</param>
    /// <param name="Outcome">How it ended.</param>
    public sealed record TimedEnded(CopyKey Copy, Nonce Nonce, TimedOutcome Outcome) : CoreInput;

    /// <summary>A challenge to show the progress that a claim tells of has ended.</summary>
    /// <param name="Claim">Whose claim, and of what.</param>
    /// <param name="Nonce">Of the challenge.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="Fault">What was wrong with the answer, in words; empty for nothing.</param>
    public sealed record ProgressEnded(CopyKey Claim, Nonce Nonce, ReceiptOutcome Outcome, string Fault) : CoreInput;

    /// <summary>What the audits of an earlier run found; comes before anything is audited.</summary>
    public sealed record AuditsRemembered(IReadOnlyList<KeyValuePair<CopyKey, CopyAudits>> Kept) : CoreInput;

    /// <summary>These slices of a model, and no others, rest in the trash.</summary>
    public sealed record TrashHeld(Hash256 Model, Catalogue.SliceSet Slices) : CoreInput;

    /// <summary>The moment has come that <see cref="SwarmCore.NextBroadcastMs"/> named.</summary>
    public sealed record BroadcastDue : CoreInput;

    /// <summary>Time passes.</summary>
    public sealed record Tick : CoreInput;
}

/// <summary>What a core wants done.</summary>
public abstract record CoreOutput
{
    private CoreOutput()
    {
    }

    /// <summary>Send a frame.</summary>
    public sealed record Send(SessionId Session, V1.Frame Frame) : CoreOutput;

    /// <summary>Open a stream; <paramref name="Peer"/> is who must answer there, null for whoever does.</summary>
    public sealed record Dial(IPEndPoint Address, NodeId? Peer) : CoreOutput;

    /// <summary>Find out whether a peer answers where it says that it listens; the answer is
    /// <see cref="CoreInput.Knocked"/>.</summary>
    public sealed record Knock(SessionId Session, NodeId Peer, IPEndPoint Address) : CoreOutput;

    /// <summary>Close a stream, telling the peer why.</summary>
    public sealed record Close(SessionId Session, string Reason) : CoreOutput;

    /// <summary>Refuse a peer, and where the list says so its address, before it costs anything.</summary>
    public sealed record Ban(Admission.Ban Details) : CoreOutput;

    /// <summary>Somebody answered at an address that this node dialled: keep it over restarts.</summary>
    public sealed record PeerReached(Anchor Peer) : CoreOutput;

    /// <summary>Dial these first after a restart, instead of those said before.</summary>
    public sealed record AnchorsChanged(IReadOnlyList<Anchor> Anchors) : CoreOutput;

    /// <summary>Keep a record over restarts.</summary>
    public sealed record Persist(Record Record) : CoreOutput;

    /// <summary>The record's lease is over.</summary>
    public sealed record Forget(Record Record) : CoreOutput;

    /// <summary>Fetch a slice.</summary>
    public sealed record StartFetch(Hash256 Model, int Slice) : CoreOutput;

    /// <summary>Give up fetching a slice.</summary>
    public sealed record StopFetch(Hash256 Model, int Slice) : CoreOutput;

    /// <summary>Challenge a holder to prove that it holds a slice; whatever comes of it is told to the core.</summary>
    public sealed record AskReceipt(NodeId Holder, Hash256 Model, int Slice, Nonce Nonce, long WithinMs) : CoreOutput;

    /// <summary>Challenge a holder for an audit; whatever comes of it is told to the core.</summary>
    /// <param name="Copy">What is audited.</param>
    /// <param name="Nonce">Decides which leaves.</param>
    /// <param name="Leaves">How many, 1 to <see cref="LeafDraw.Most"/>.</param>
    /// <param name="WithinMs">The holder has so long to answer.</param>
    public sealed record AskAudit(CopyKey Copy, Nonce Nonce, int Leaves, long WithinMs) : CoreOutput;

    /// <summary>Ask a holder for the hash of drawn spans of a slice that this node holds too; whatever comes of it is
    /// told to the core.</summary>
    /// <param name="Copy">What is asked for.</param>
    /// <param name="Nonce">Decides which spans.</param>
    /// <param name="Spans">How many, 1 to <see cref="SpanDraw.Most"/>.</param>
    /// <param name="WithinMs">No answer is waited for longer.</param>
    public sealed record AskTimed(CopyKey Copy, Nonce Nonce, int Spans, long WithinMs) : CoreOutput;

    /// <summary>Challenge a claimant to show a leaf of what its claim says is there already; whatever comes of it is
    /// told to the core.</summary>
    /// <param name="Claim">Whose claim, and of what.</param>
    /// <param name="Nonce">Decides which leaf.</param>
    /// <param name="Parts">Of these.</param>
    /// <param name="WithinMs">The claimant has so long to answer.</param>
    public sealed record AskProgress(CopyKey Claim, Nonce Nonce, PartMap Parts, long WithinMs) : CoreOutput;

    /// <summary>Keep what audits found of a copy over restarts; null: forget it.</summary>
    public sealed record AuditsKept(CopyKey Copy, CopyAudits? Audits) : CoreOutput;

    /// <summary>The slice is given up, and no longer advertised: its data rests in the trash from now on.</summary>
    /// <param name="Model">Model id.</param>
    /// <param name="Slice">Which slice.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="CopiesLeft">Copies elsewhere: proven, or by the view alone.</param>
    /// <param name="Unproven">The owner's deadline had passed.</param>
    public sealed record MoveToTrash(
        Hash256 Model, int Slice, ReleaseReason Reason, int CopiesLeft, bool Unproven) : CoreOutput;

    /// <summary>A frame that the core leaves to its driver: content and proofs, asked for or received.</summary>
    public sealed record Content(SessionId Session, V1.Frame Frame) : CoreOutput;
}

/// <summary>What a node says of itself.</summary>
/// <param name="Endpoints">Where it is reachable: IP, gossip port, torrent port; at most 4.</param>
/// <param name="Operator">Failure-domain label; empty for none.</param>
/// <param name="Site">Failure-domain label; empty for none.</param>
/// <param name="Draining">It hands its copies over.</param>
/// <param name="Version">Of the daemon.</param>
/// <param name="StartedMs">Unix milliseconds.</param>
public sealed record SelfDescription(
    System.Collections.Immutable.ImmutableArray<(IPAddress Ip, int GossipPort, int TorrentPort)> Endpoints,
    string Operator, string Site, bool Draining, string Version, long StartedMs)
{
    /// <summary>Models that it takes nothing of; they must fit (see <see cref="Records.DeclineBodies"/>).</summary>
    public System.Collections.Immutable.ImmutableArray<Catalogue.DeclineRule> Declines { get; init; } = [];

    /// <summary>The autonomous system that it is in; 0: not said.</summary>
    public uint Asn { get; init; }

    /// <summary>The country that it stands in, ISO 3166-1 alpha-2 in capitals; empty: not said.</summary>
    public string Country { get; init; } = "";
}
