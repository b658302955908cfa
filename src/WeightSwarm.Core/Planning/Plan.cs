using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>What the node knows of itself when it plans.</summary>
public sealed record OwnSituation
{
    /// <summary>
    /// Bytes that another slice may take: the largest room on one volume, quota and reserve respected, and what is
    /// being fetched already taken off.
    /// </summary>
    public required long RoomBytes { get; init; }
    /// <summary>Models that lie in a donation with less room than that, and what they may take.</summary>
    public ImmutableSortedDictionary<Hash256, long> ModelRooms { get; init; } =
        ImmutableSortedDictionary<Hash256, long>.Empty;
    /// <summary>Sum of all quotas, bytes.</summary>
    public required long DonatedBytes { get; init; }
    /// <summary>Slices that this node is fetching now, by model id.</summary>
    public required ImmutableSortedDictionary<Hash256, SliceSet> Fetching { get; init; }
    /// <summary>Slices that it holds or keeps files of, by model id; never taken again.</summary>
    public required ImmutableSortedDictionary<Hash256, SliceSet> Held { get; init; }
    /// <summary>Lifeguard's local health, 0 (well) to 8; at 3 and above the node takes nothing.</summary>
    public int Health { get; init; }
    /// <summary>The node has just started, and judges nobody yet.</summary>
    public bool InStartupQuiet { get; init; }
    /// <summary>Too many nodes vanished together, or this node lost its neighbours: only U0 and U1 run.</summary>
    public bool StormBreakerOpen { get; init; }
    /// <summary>Another node runs with this node's key.</summary>
    public bool IsCloned { get; init; }
    /// <summary>Nothing new is taken: the owner drains the node.</summary>
    public bool Draining { get; init; }
    /// <summary>Models of which its owner wants nothing taken.</summary>
    public Declines Declines { get; init; } = Declines.None;
    /// <summary>Models whose origin can be fetched from now, as far as this node knows.</summary>
    public ImmutableSortedSet<Hash256> Origins { get; init; } = [];
    /// <summary>
    /// At most so many claims of its own at once, for slices of about 1 GiB; the planner also applies
    /// room / 100 GiB + 1. Smaller slices count by their bytes, and may be up to four times as many.
    /// </summary>
    public int ClaimLimit { get; init; } = 4;
}

/// <summary>What a line of the plan does.</summary>
public enum PlanAction
{
    /// <summary>Claim the slice and fetch it, now.</summary>
    Take,
    /// <summary>Being fetched.</summary>
    Fetch,
    /// <summary>A better claim exists: stop fetching.</summary>
    Cancel,
    /// <summary>Would take it, but others are before this node in the order, or the deficit is too young.</summary>
    Wait,
    /// <summary>Copies are wanted, and this node cannot help; the reason says why.</summary>
    Blocked,
    /// <summary>Held, and rightly so.</summary>
    Keep,
}

/// <summary>One decision about one slice, with its reason in words.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Urgency">How hurried the deficit is.</param>
/// <param name="Bytes">What a copy of the slice takes on disk.</param>
/// <param name="Score">This node's rendezvous score for the slice.</param>
/// <param name="DueInMs">For <see cref="PlanAction.Wait"/>: milliseconds until this node would act; else 0.</param>
/// <param name="Reason">Why, in words for people.</param>
public sealed record PlanStep(
    PlanAction Action, Hash256 Model, int Slice, Urgency Urgency, long Bytes, ulong Score, long DueInMs, string Reason);

/// <summary>The decisions of one pass, most urgent first; a value that can be printed as well as carried out.</summary>
/// <param name="ViewVersion">The view that it was made from.</param>
/// <param name="Epoch">The epoch of the scores.</param>
/// <param name="Steps">Every slice with a deficit or a part of this node in it.</param>
public sealed record Plan(long ViewVersion, ulong Epoch, ImmutableArray<PlanStep> Steps)
{
    /// <summary>Claims of others that are asked for proof.</summary>
    public ImmutableArray<ClaimDoubt> Doubts { get; init; } = [];

    /// <summary>No decision.</summary>
    public static Plan Empty { get; } = new(0, 0, []);
}

/// <summary>Why a copy is counted or not.</summary>
/// <param name="Node">The holder or claimer.</param>
/// <param name="Counted">Whether it counts as durable.</param>
/// <param name="Online">Whether it counts as online.</param>
/// <param name="Reason">In words for people.</param>
public sealed record CopyVerdict(NodeId Node, bool Counted, bool Online, string Reason);

/// <summary>The counts of one slice. Reference: gossip-planner section 3.2.</summary>
/// <param name="Target">Wanted copies (N).</param>
/// <param name="Durable">Counted copies whose holder is present or within its grace (D).</param>
/// <param name="Recent">Counted copies seen within the recent window (R).</param>
/// <param name="Online">Counted copies seen within the online window (O).</param>
/// <param name="Claims">Valid, progressing claims (P).</param>
/// <param name="Need">Copies that are still to be taken on.</param>
/// <param name="Urgency">How hurried that is.</param>
/// <param name="Copies">A verdict for every holder, ordered by node id.</param>
public sealed record SliceCount(
    int Target, int Durable, int Recent, int Online, int Claims, int Need, Urgency Urgency,
    ImmutableArray<CopyVerdict> Copies);
