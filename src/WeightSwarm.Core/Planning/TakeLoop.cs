using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// The second half of a pass: what to do about each missing copy.
/// <para>
/// Everybody who could help sees the same deficit at about the same time. So that not everybody does, each waits for
/// its turn: the first places in the rendezvous order act at once, every later place one step later, and a turn ends
/// when the claims of those before are seen. Source: gossip-planner section 3.3:
/// </para>
/// <code>due = firstSeen + confirm + max(0, rank - need + 1) * step + jitter</code>
/// <para>
/// where the turns count anew from the moment when this node's turn comes nearer: see <see cref="FirstSeen"/>.
/// </para>
/// <para>
/// In hurried classes a step is shorter than the time between two passes, and a node that stands before another may not
/// have looked yet. That costs nothing but a place in an order of lots; but who is crowded (<see cref="Crowds"/>) lets
/// those before it that are less so look first: its turn comes later, by the steps of <see cref="PassesToYield"/>
/// passes.
/// </para>
/// <para>
/// Two rules are added for networks that are short of room. Room is promised to the slices with fewer copies: a node
/// that stands near the front for such a slice takes others only with the room that is left. And when all the copies
/// that are wanted would fill more than three quarters of the room that could take them, the order runs with a need of
/// one, so that copies are placed one layer at a time and no slice gets its third copy while another waits for its
/// second.
/// </para>
/// <para>
/// The memory of when a deficit was first seen covers only deficits that this node could act upon: when a source
/// comes back, or the storm passes, everybody starts from the confirmation again, staggered, rather than all at once.
/// </para>
/// </summary>
internal sealed class TakeLoop(
    NodeIndex nodes, OwnSituation own, ClaimBudget budget,
    SortedDictionary<(Hash256 Model, int Slice), FirstSeen> memory, Int128 othersUsableRoom)
{
    /// <summary>A node this far back in the order does not keep room for the slice.</summary>
    private const int LastSlotWithRoomKept = 16;

    /// <summary>In one pass those before it see the deficit; in another their claims are seen.</summary>
    private const int PassesToYield = 2;

    private readonly Pace _pace = nodes.Pace;
    private long _room = own.RoomBytes;
    private Int128 _promised, _promisedToLevel;
    private bool _shortOfRoom;

    /// <summary>The memory for the next pass.</summary>
    public SortedDictionary<(Hash256 Model, int Slice), FirstSeen> StillWaiting { get; } = [];

    /// <summary>One step for each deficit, in the order given, which must be the order of work.</summary>
    public List<PlanStep> Decide(List<Deficit> deficits)
    {
        _shortOfRoom = IsShortOfRoom(deficits);
        var steps = new List<PlanStep>(deficits.Count);
        Deficit? previous = null;
        foreach (var deficit in deficits)
        {
            if (previous is not null && previous.IsBefore(deficit)) CloseLevel();
            steps.Add(Decide(deficit));
            previous = deficit;
        }
        return steps;
    }

    private bool IsShortOfRoom(List<Deficit> deficits)
    {
        Int128 wanted = 0, asked = 0;
        foreach (var deficit in deficits)
        {
            if (deficit.Obstacle is not null) continue;
            var fits = RoomOf(deficit) >= deficit.Bytes;
            if (fits) asked += deficit.Bytes;
            wanted += (Int128)deficit.Bytes * Math.Min(deficit.Tally.Need, deficit.Takers.Others + (fits ? 1 : 0));
        }
        return wanted > othersUsableRoom + Takers.Usable(Math.Max(0, own.RoomBytes), asked);
    }

    private void CloseLevel()
    {
        _promised += _promisedToLevel;
        _promisedToLevel = 0;
    }

    private PlanStep Decide(Deficit deficit)
    {
        if (deficit.Obstacle is not null) return Step(PlanAction.Blocked, deficit, 0, deficit.Obstacle);
        if (Math.Min(_room, RoomOf(deficit)) < deficit.Bytes)
            return Step(PlanAction.Blocked, deficit, 0, NoRoom(deficit));
        if (Gate(deficit.Urgency) is { } gate) return Step(PlanAction.Wait, deficit, _pace.PlanMs, gate);
        return WaitOrTake(deficit);
    }

    /// <summary>A model that lies in a donation already grows there alone.</summary>
    private long RoomOf(Deficit deficit) => own.ModelRooms.GetValueOrDefault(deficit.Model.ModelId, own.RoomBytes);

    private string NoRoom(Deficit deficit)
    {
        if (RoomOf(deficit) < Math.Min(_room, deficit.Bytes))
            return $"no room where the model lies already: the slice takes {Words.Bytes(deficit.Bytes)}, "
                + $"{Words.Bytes(RoomOf(deficit))} are free there";
        var (_, others, full) = deficit.Takers;
        if (others == 0 && full > 0) return $"nobody has room: all {full + 1} nodes that could take it are full";
        return $"no room: the slice takes {Words.Bytes(deficit.Bytes)}, {Words.Bytes(_room)} are free";
    }

    private string? Gate(Urgency urgency)
    {
        if (own.IsCloned) return "another node runs with this node's key";
        if (own.InStartupQuiet) return "just started: judges nobody yet";
        if (own.Health >= PlanPass.SickHealth)
            return $"local health is {own.Health} of 8: this node may be the one that is slow";
        return own.StormBreakerOpen && urgency > Urgency.U1 ? "storm breaker is open: only U0 and U1 run" : null;
    }

    private PlanStep WaitOrTake(Deficit deficit)
    {
        var key = (deficit.Model.ModelId, deficit.Slice);
        var now = nodes.Now.MonotonicMs;
        var waits = _pace.Take(deficit.Urgency);
        var turns = _shortOfRoom ? 1 : deficit.Tally.Need;
        var slot = Math.Max(0, deficit.Takers.Rank - turns + 1);
        var turn = deficit.Takers.Yields ? slot + StepsToYield(waits) : slot;
        var seen = memory.GetValueOrDefault(key, FirstSeen.Nothing).Noting(deficit.Urgency, turn, now);
        StillWaiting[key] = seen;
        var confirmed = seen.Of(deficit.Urgency) + waits.ConfirmMs;
        var due = seen.TurnsFromMs(deficit.Urgency, waits.ConfirmMs) + turn * waits.StepMs + deficit.JitterMs;
        if (slot <= LastSlotWithRoomKept) _promisedToLevel += deficit.Bytes;
        if (now < confirmed)
            return Step(PlanAction.Wait, deficit, due - now, $"waits {Words.Time(waits.ConfirmMs)} to be sure of it");
        if (now < due) return Step(PlanAction.Wait, deficit, due - now, Turn(deficit.Takers));
        return TakeIfAllowed(deficit, slot, key);
    }

    /// <summary>In turns, so that they are counted anew once there is nobody left to yield to.</summary>
    private int StepsToYield(TakeWaits waits) =>
        (int)((PassesToYield * _pace.PlanMs + waits.StepMs - 1) / waits.StepMs);

    private static string Turn(TakerCount takers)
    {
        if (takers.Rank == 0) return "first in the order, about to begin";
        var share = takers.Share is { } full ? $", as {full.Words()}" : "";
        return $"number {takers.Rank + 1} in the order{share}: acts when those before it do not";
    }

    private PlanStep TakeIfAllowed(Deficit deficit, int slot, (Hash256, int) key)
    {
        if (_room - _promised < deficit.Bytes)
            return Step(PlanAction.Wait, deficit, _pace.PlanMs, "its room is kept for slices with fewer copies");
        if (!budget.TryOpen(deficit.Bytes, deficit.Urgency))
            return Step(PlanAction.Wait, deficit, _pace.PlanMs,
                $"{Words.Count(budget.Open, "claim", "claims")} of its own to finish first");
        _room -= deficit.Bytes;
        if (slot <= LastSlotWithRoomKept) _promisedToLevel -= deficit.Bytes;
        StillWaiting.Remove(key);
        return Step(PlanAction.Take, deficit, 0, Because(deficit.Tally));
    }

    private static string Because(SliceTally tally)
    {
        var c = tally.Counts;
        var struck = c.Struck == 0 ? "" : $", {c.Struck} of them silent since many others are";
        return $"{Words.Count(c.Durable, "copy", "copies")} of {c.Target} counted, {c.Recent} recent{struck}, "
            + $"{c.Online} online, {Words.Count(c.Claims, "claim", "claims")}: {tally.Need} more wanted";
    }

    private static PlanStep Step(PlanAction action, Deficit deficit, long dueInMs, string reason) => new(
        action, deficit.Model.ModelId, deficit.Slice, deficit.Urgency, deficit.Bytes, deficit.Score, dueInMs, reason);
}
