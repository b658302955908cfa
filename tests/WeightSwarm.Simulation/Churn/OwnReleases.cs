using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// Trims as the daemon does them: a surplus that a node has seen for a week of its own running makes a wish, the
/// wishes take turns, and <see cref="ReleaseRule"/> moves each on through intent, wait and receipts.
/// </summary>
internal sealed class OwnReleases(ChurnWorld world)
{
    private const int Neighbours = 6;
    private readonly SortedDictionary<int, long> _surplusSince = [];
    private readonly SortedDictionary<(int Slice, int Node), Release> _releases = [];

    private int Enough => world.Setting.Policy.Copies + ReleaseRule.TrimMargin;

    public void SliceChanged(int number)
    {
        // Each of those present sees all the others.
        if (world.Slices[number].Present <= Enough)
        {
            if (_surplusSince.Count > 0) _surplusSince.Remove(number);
        }
        else if (_surplusSince.TryAdd(number, world.NowMs))
            world.At(world.NowMs + world.Pace.SurplusMs, ChurnEvent.Trim, number);
    }

    public void Happen(ChurnHappening happening)
    {
        if (happening.What == ChurnEvent.Trim) Wish(happening.Which);
        else if (happening.What == ChurnEvent.Release) Move((happening.Which, happening.Spell));
    }

    private void Wish(int number)
    {
        if (!_surplusSince.TryGetValue(number, out var since)) return;
        var order = world.Slices[number].Holders.Where(h => world.Nodes[h].IsPresent)
            .OrderByDescending(h => ScoreOf(world.Nodes[h], number)).ToList();
        var again = long.MaxValue;
        foreach (var holder in order)
        {
            var due = Math.Max(since, world.Nodes[holder].OnSinceMs) + world.Pace.SurplusMs;
            if (due > world.NowMs) again = Math.Min(again, due);
            else if (world.Nodes[holder].On) Begin(number, holder, order.IndexOf(holder) - (order.Count - 1 - Enough));
        }
        if (again < long.MaxValue) world.At(again, ChurnEvent.Trim, number);
    }

    private ulong ScoreOf(ChurnNode node, int number) => Rendezvous.Score(
        world.Catalogue.OrderDigest(number), node.Digest, Rendezvous.Weight(node.DonatedBytes));

    private void Begin(int number, int holder, int slot)
    {
        if (_releases.ContainsKey((number, holder))) return;
        var delay = Math.Max(0, slot) * world.Pace.ReleaseStepMs + world.Random.Below(world.Pace.ReleaseJitterMs);
        _releases[(number, holder)] = new Release
        {
            Model = world.Catalogue.EntryOf(number).ModelId,
            Slice = number % world.Setting.SlicesPerModel,
            Reason = ReleaseReason.Trim,
            DueMs = world.NowMs + delay,
        };
        world.At(world.NowMs + delay, ChurnEvent.Release, number, holder);
    }

    private void Move((int Slice, int Node) key)
    {
        if (!_releases.TryGetValue(key, out var release)) return;
        var node = world.Nodes[key.Node];
        // Whoever was off begins anew, a week later.
        if (!node.On || world.NowMs - node.OnSinceMs < world.Pace.SurplusMs)
        {
            _releases.Remove(key);
            return;
        }
        var step = Next(node, key, release);
        if (step.Act == ReleaseAct.Ask) step = Next(node, key, Answered(step.Release, key.Slice));
        _releases[key] = step.Release;
        if (step.Act is ReleaseAct.Drop or ReleaseAct.GiveUp) _releases.Remove(key);
        if (step.Act == ReleaseAct.Withdraw) world.Figures.TrimsWithdrawn++;
        if (step.Act == ReleaseAct.GiveUp) world.RemoveCopy(node, key.Slice);
        if (_releases.ContainsKey(key))
            world.At(Math.Max(step.Release.DueMs, world.NowMs + world.Pace.PlanMs), ChurnEvent.Release, key.Slice,
                key.Node);
    }

    private ReleaseStep Next(ChurnNode node, (int Slice, int Node) key, Release release) =>
        new ReleaseRule(node.Id, world.Pace, world.Random).Next(release, FactsOf(key), world.Now);

    private ReleaseFacts FactsOf((int Slice, int Node) key) => new()
    {
        Target = world.Setting.Policy.Copies,
        Holders = [.. world.Slices[key.Slice].Holders.Where(h => h != key.Node).Select(h => world.Nodes[h])
            .OrderBy(n => n.Id).Select(n => new ReleaseHolder(n.Id, [], n.IsPresent))],
        Intents = [.. IntentsOn(key.Slice).Where(i => i.Ticket.Node != world.Nodes[key.Node].Id)],
        Wanted = _surplusSince.ContainsKey(key.Slice),
        Forbidden = world.StormBreakerOpen ? "storm breaker is open" : null,
        Neighbours = Neighbours,
    };

    private IEnumerable<SliceIntent> IntentsOn(int slice) => world.Slices[slice].Holders
        .Where(h => _releases.TryGetValue((slice, h), out var r) && r.IsPending)
        .Select(h => new SliceIntent(slice, _releases[(slice, h)].Ticket));

    /// <summary>Everybody who is on has answered, with proof.</summary>
    private Release Answered(Release release, int slice)
    {
        foreach (var holder in world.Slices[slice].Holders)
        {
            var pending = _releases.TryGetValue((slice, holder), out var own) && own.IsPending;
            release = ReleaseRule.Receive(
                release, world.Nodes[holder].Id,
                world.Nodes[holder].On ? ReceiptOutcome.Proven : ReceiptOutcome.Offline,
                pending ? own!.Ticket.IssuedMs : 0);
        }
        return release;
    }
}
