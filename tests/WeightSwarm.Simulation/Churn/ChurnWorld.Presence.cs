using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>Coming, going, dying, and what the others make of it.</summary>
internal sealed partial class ChurnWorld
{
    private void TurnOn(ChurnNode node)
    {
        node.WouldBeOn = true;
        if (!node.Dead && !node.IsKeptOff && !node.On) SwitchOn(node);
    }

    private void TurnOff(ChurnNode node)
    {
        if (node.Dead) return;
        node.WouldBeOn = false;
        if (node.On) SwitchOff(node);
        var (on, off) = node.Habit.Next(NowMs);
        _queue.At(on, ChurnEvent.On, node.Number);
        _queue.At(off, ChurnEvent.Off, node.Number);
    }

    private void SwitchOn(ChurnNode node)
    {
        var was = node.IsForgotten ? Standing.Lost : node.Standing;
        (node.On, node.OnSinceMs, node.SaidFreeBytes) = (true, NowMs, node.FreeBytes);
        node.Spell++;
        if (was > Standing.Recent) _seenLately++;
        if (was > Standing.Present) Present.Add(node.Number);
        var wasForgotten = node.IsForgotten;
        (node.Standing, node.IsForgotten) = (Standing.Present, false);
        // It was away for so short a time that nobody missed it; what it fetched before, it takes up anew.
        foreach (var transfer in node.Fetching.ToList()) Drop(transfer);
        foreach (var number in node.Held)
        {
            var slice = Slices[number];
            if (wasForgotten) slice.Holders.Add(node.Number);
            Reached(slice, +1);
            Shift(slice, was, Standing.Present);
            Policy.SliceChanged(number);
        }
        LookForBlow(node);
        Policy.NodeCame(node, wasForgotten);
    }

    private void SwitchOff(ChurnNode node) => SwitchOff(node, NowMs);

    private void SwitchOff(ChurnNode node, long sinceMs)
    {
        (node.On, node.OffSinceMs) = (false, sinceMs);
        var spell = ++node.Spell;
        foreach (var transfer in node.Fetching.ToList()) Break(transfer);
        foreach (var number in node.Held) Reached(Slices[number], -1);
        var said = Math.Min(
            sinceMs, node.OnSinceMs + (sinceMs - node.OnSinceMs) / Pace.LeaseRenewMs * Pace.LeaseRenewMs);
        _queue.At(Math.Max(NowMs, sinceMs + Setting.NoticeMs), ChurnEvent.Notice, node.Number, spell);
        foreach (var border in (ReadOnlySpan<long>)[Pace.OnlineMs, Pace.RecentMs, Policy.GraceMs(node)])
            _queue.At(Math.Max(NowMs, sinceMs + border + 1), ChurnEvent.Border, node.Number, spell);
        _queue.At(said + Pace.LeaseTtlMs, ChurnEvent.Lease, node.Number, spell);
    }

    private void Die(ChurnNode node, bool replaced)
    {
        if (node.Dead) return;
        if (node.On) SwitchOff(node);
        node.Dead = true;
        Figures.DestroyedBytes += node.Held.Count * ChurnSetting.SliceBytes;
        foreach (var number in node.Held)
        {
            var slice = Slices[number];
            NoteReach(slice);
            Live(slice, -1);
            if (slice.Alive > 0 || slice.IsLost) continue;
            slice.IsLost = true;
            Figures.Lost++;
        }
        if (node.IsForgotten) node.Held.Clear();
        if (replaced) Begin(Join(node.Number % Setting.Nodes));
    }

    /// <summary>The monitors have agreed; those who fetch from it, or waited for its claim, know.</summary>
    private void Miss(ChurnNode node)
    {
        Present.Remove(node.Number);
        SetStanding(node, NodeIndex.StandingOf(Setting.NoticeMs, Pace));
        foreach (var transfer in node.Fetching.ToList()) Drop(transfer);
        node.IsBusy = node.IsFull = false;
        Policy.NodeMissed(node);
    }

    private void Age(ChurnNode node)
    {
        var absent = NowMs - node.OffSinceMs;
        var standing = NodeIndex.StandingOf(absent, Pace);
        SetStanding(node, standing < Standing.OverGrace && absent > Policy.GraceMs(node)
            ? Standing.OverGrace : standing);
    }

    private void SetStanding(ChurnNode node, Standing standing)
    {
        var was = node.Standing;
        if (standing <= was) return;
        node.Standing = standing;
        if (was <= Standing.Recent && standing > Standing.Recent) _seenLately--;
        foreach (var number in node.Held)
        {
            Shift(Slices[number], was, standing);
            Policy.SliceChanged(number);
        }
        LookForBlow(node);
    }

    /// <summary>Its lease is over: what it said is no longer known.</summary>
    private void Forget(ChurnNode node)
    {
        SetStanding(node, Standing.Lost);
        node.IsForgotten = true;
        foreach (var number in node.Held)
        {
            Slices[number].Holders.Remove(node.Number);
            Policy.SliceChanged(number);
        }
        if (node.Dead) node.Held.Clear();
    }

    /// <summary>Moves one copy of a slice from one standing to another in the counts.</summary>
    private static void Shift(ChurnSlice slice, Standing from, Standing to)
    {
        slice.Present += Step(from, to, Standing.Present);
        slice.Online += Step(from, to, Standing.Online);
        slice.Recent += Step(from, to, Standing.Recent);
        slice.Durable += Step(from, to, Standing.Grace);
    }

    private static int Step(Standing from, Standing to, Standing border) =>
        (to <= border ? 1 : 0) - (from <= border ? 1 : 0);

    private void Reached(ChurnSlice slice, int by)
    {
        NoteReach(slice);
        slice.ReallyOn += by;
        if (slice.ReallyOn == 0) slice.UnreachableSinceMs = NowMs;
    }

    private void NoteReach(ChurnSlice slice)
    {
        if (slice.ReallyOn > 0 || slice.UnreachableSinceMs < 0) return;
        if (!slice.IsLost) Figures.UnreachableMs += NowMs - slice.UnreachableSinceMs;
        slice.UnreachableSinceMs = NowMs;
    }

    private void Live(ChurnSlice slice, int by)
    {
        Figures.Stays.Add(slice.Alive, NowMs - slice.AliveSinceMs, by);
        (slice.Alive, slice.AliveSinceMs) = (slice.Alive + by, NowMs);
    }

    /// <summary>A copy more, on a node that is there.</summary>
    public void AddCopy(ChurnNode node, int number)
    {
        var slice = Slices[number];
        node.Held.Add(number);
        Live(slice, +1);
        if (!node.IsForgotten) slice.Holders.Add(node.Number);
        if (!node.On) return;
        Reached(slice, +1);
        Shift(slice, Standing.Lost, node.Standing);
    }

    /// <summary>A copy less, given up by a node that is there.</summary>
    public void RemoveCopy(ChurnNode node, int number)
    {
        var slice = Slices[number];
        node.Held.Remove(number);
        Live(slice, -1);
        slice.Holders.Remove(node.Number);
        node.FreeBytes += ChurnSetting.SliceBytes;
        Reached(slice, -1);
        Shift(slice, node.Standing, Standing.Lost);
        Figures.Trimmed++;
        Policy.SliceChanged(number);
    }
}
