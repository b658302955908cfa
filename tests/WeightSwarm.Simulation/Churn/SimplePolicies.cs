using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// What one would write first: as many copies online as are wanted. A copy is replaced as soon as it is missed, and
/// one too many is deleted at once. A coordinator who sees everything does it, so that it suffers from nothing but its
/// rule.
/// </summary>
internal sealed class EagerPolicy(ChurnWorld world) : ChurnPolicy(world)
{
    private readonly SortedSet<int> _looking = [];
    private readonly FrontOfOrder _front = new(64);

    public override string Name => "at once";
    public override int StepPercent => 50;

    public override void SliceChanged(int slice)
    {
        var state = World.Slices[slice];
        if (state.IsLost || Copies(state) >= Target && state.Present <= Target) return;
        if (_looking.Add(slice)) World.At(World.NowMs, ChurnEvent.Look, slice);
    }

    private static int Copies(ChurnSlice slice) => slice.Online + slice.Claims.Count;

    public override void Happen(ChurnHappening happening)
    {
        var number = happening.Which;
        _looking.Remove(number);
        var slice = World.Slices[number];
        var digest = World.Catalogue.OrderDigest(number);
        while (slice.Present > Target && slice.Holders.Exists(h => World.Nodes[h].On)) DeleteOne(slice, number);
        if (slice.Holders.Count > 0) Fill(slice, number, digest);
        if (Copies(slice) < Target && !slice.IsLost && _looking.Add(number))
            World.At(World.NowMs + ChurnSetting.Hour, ChurnEvent.Look, number);
    }

    private void DeleteOne(ChurnSlice slice, int number)
    {
        // The one that came back last is the one too many.
        var last = slice.Holders.Where(h => World.Nodes[h].On).MaxBy(h => World.Nodes[h].OnSinceMs);
        _looking.Add(number);
        World.RemoveCopy(World.Nodes[last], number);
        _looking.Remove(number);
    }

    private void Fill(ChurnSlice slice, int number, ulong digest)
    {
        if (Copies(slice) >= Target) return;
        _front.Clear();
        foreach (var candidate in World.Present)
        {
            var node = World.Nodes[candidate];
            if (!node.On || node.FreeBytes < ChurnSetting.SliceBytes || node.Fetching.Count >= 4) continue;
            if (!slice.Holders.Contains(candidate) && !slice.Claims.Exists(c => c.Taker == candidate))
                _front.Add(Rendezvous.Score(digest, node.Digest, 1), candidate);
        }
        foreach (var candidate in _front.Nodes.ToArray())
        {
            if (Copies(slice) >= Target) break;
            World.Fetch(World.Nodes[candidate], number, 0, Urgency.U2, World.NowMs);
        }
    }
}

/// <summary>
/// Who has most free space takes. Copies count for the same grace as ours, and nothing is deleted. But the order is
/// that of the space as each node knows it: its own as it is, of the others by turns what they said last and what they
/// have now. So the views differ, several think that they are first, and without claims none sees the other begin.
/// </summary>
internal sealed class FreeSpacePolicy(ChurnWorld world) : ChurnPolicy(world)
{
    /// <summary>Those with most space; nobody else can think that it is first.</summary>
    private const int Front = 64;
    private readonly SortedSet<int> _looking = [];

    public override string Name => "by free space";
    public override int StepPercent => 50;

    public override void SliceChanged(int slice)
    {
        if (World.Slices[slice].IsLost || World.Slices[slice].Durable >= Target) return;
        if (_looking.Add(slice)) World.At(World.NowMs + World.Pace.PlanMs, ChurnEvent.Look, slice);
    }

    public override void Happen(ChurnHappening happening)
    {
        var number = happening.Which;
        _looking.Remove(number);
        var slice = World.Slices[number];
        var need = Target - slice.Durable;
        if (need <= 0 || slice.IsLost || slice.Holders.Count == 0) return;
        var most = World.Present.Select(n => World.Nodes[n])
            .Where(n => n.On && n.FreeBytes >= ChurnSetting.SliceBytes && !slice.Holders.Contains(n.Number))
            .OrderByDescending(n => Math.Max(n.FreeBytes, n.SaidFreeBytes)).ThenBy(n => n.Number).Take(Front).ToList();
        var takers = most.Where(n => most.Count(other => other != n && Believed(n, other) > n.FreeBytes) < need);
        foreach (var taker in takers.ToList())
            if (taker.Fetching.Count < 4 && !slice.Claims.Exists(c => c.Taker == taker.Number))
                World.Fetch(taker, number, 0, Urgency.U2, World.NowMs);
        // Level-triggered as ours is: whoever fails is followed by others in time.
        if (_looking.Add(number)) World.At(World.NowMs + ChurnSetting.Hour, ChurnEvent.Look, number);
    }

    private static long Believed(ChurnNode viewer, ChurnNode other) =>
        (SplitMix64.Mix(viewer.Digest ^ other.Digest) & 1) == 0 ? other.FreeBytes : other.SaidFreeBytes;
}
