using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// A network of machines that come, go and die without a word, and a policy that keeps its copies. All share one view,
/// which knows every record at once: what gossip costs and misses stands in the other simulations. What one knows of
/// the silent is as it is there: they are missed after a few minutes, they count by the rules of Core for the length of
/// their absence, and their records end with their lease. Bytes take their time, by the uplink of who has them.
/// </summary>
/// <remarks>
/// Event by event: a node that comes or goes touches its own slices and nothing else, so that a year of 2,000 nodes
/// takes a minute or so.
/// </remarks>
internal sealed partial class ChurnWorld
{
    private readonly ulong _seed;
    private readonly ChurnQueue _queue = new();
    private ulong _born;
    private long _seenLately;

    public ChurnWorld(ChurnSetting setting, ulong seed, Func<ChurnWorld, ChurnPolicy> policy)
    {
        (Setting, _seed, Random) = (setting, seed, new SplitMix64(SplitMix64.Mix(seed)));
        Slices = [.. Enumerable.Range(0, setting.Slices).Select(_ => new ChurnSlice())];
        Catalogue = new ChurnCatalogue(setting);
        Breaker = new StormBreaker(Pace);
        Policy = policy(this);
        for (var slot = 0; slot < setting.Nodes; slot++) Join(slot);
        ChurnPlacement.Fill(this);
        foreach (var node in Nodes) Begin(node);
        _queue.At(ChurnSetting.Hour, ChurnEvent.Hour, 0);
        if (setting.HitPercent > 0) _queue.At(setting.StoryMs, ChurnEvent.Story, 0);
    }

    public ChurnSetting Setting { get; }
    public SplitMix64 Random { get; }
    public ChurnCatalogue Catalogue { get; }
    public List<ChurnNode> Nodes { get; } = [];
    public ChurnSlice[] Slices { get; }
    public ChurnPolicy Policy { get; }
    public ChurnFigures Figures { get; } = new();
    public StormBreaker Breaker { get; }
    public bool StormBreakerOpen { get; private set; }
    public Pace Pace => Setting.Policy.Pace;
    public long NowMs { get; private set; }
    public long Events => _queue.Count;
    public Instant Now => new(NowMs, NowMs);
    /// <summary>Nodes that nobody misses.</summary>
    public List<int> Present { get; } = [];

    public void At(long ms, ChurnEvent what, int which, int spell = 0, object? thing = null) =>
        _queue.At(ms, what, which, spell, thing);

    public void Run() => RunTo(Setting.EndMs);

    public void RunTo(long endMs)
    {
        while (_queue.TryNext(out var next, out var at))
        {
            if (at > endMs)
            {
                _queue.At(at, next.What, next.Which, next.Spell, next.Thing);
                break;
            }
            NowMs = at;
            Happen(next);
        }
        NowMs = endMs;
        foreach (var slice in Slices) NoteReach(slice);
    }

    private void Happen(ChurnHappening next)
    {
        switch (next.What)
        {
            case ChurnEvent.On: TurnOn(Nodes[next.Which]); break;
            case ChurnEvent.Off: TurnOff(Nodes[next.Which]); break;
            case ChurnEvent.Death: Die(Nodes[next.Which], replaced: true); break;
            case ChurnEvent.Notice: if (IsCurrent(next)) Miss(Nodes[next.Which]); break;
            case ChurnEvent.Border: if (IsCurrent(next)) Age(Nodes[next.Which]); break;
            case ChurnEvent.Lease: if (IsCurrent(next)) Forget(Nodes[next.Which]); break;
            case ChurnEvent.Chunk: Chunk((Transfer)next.Thing!); break;
            case ChurnEvent.Hour: AnHour(); break;
            case ChurnEvent.Story: Strike(); break;
            case ChurnEvent.StoryEnds: Relent(); break;
            default: Policy.Happen(next); break;
        }
    }

    private bool IsCurrent(ChurnHappening next) => Nodes[next.Which].Spell == next.Spell;

    private ChurnNode Join(int slot)
    {
        // A slot and its generations: the same machines whatever the policy does.
        var seed = SplitMix64.Mix(_seed ^ SplitMix64.Mix((ulong)slot + (_born++ << 32)));
        var node = new ChurnNode(Nodes.Count, _seed, new Habit(seed, Setting, NowMs), Setting.DonatedBytes);
        Nodes.Add(node);
        return node;
    }

    private void Begin(ChurnNode node)
    {
        var (on, off) = node.Habit.Next(NowMs);
        // At the beginning the catalogue has been placed already; whoever is off then went within the hours before.
        if (node.Held.Count > 0 || on <= NowMs) TurnOn(node);
        if (on > NowMs)
        {
            node.WouldBeOn = false;
            if (node.On) SwitchOff(node, NowMs - (long)(node.Digest % (12 * ChurnSetting.Hour)));
            _queue.At(on, ChurnEvent.On, node.Number);
        }
        _queue.At(off, ChurnEvent.Off, node.Number);
        _queue.At(node.Habit.DiesMs, ChurnEvent.Death, node.Number);
    }

    private void AnHour()
    {
        _queue.At(NowMs + ChurnSetting.Hour, ChurnEvent.Hour, 0);
        var open = Breaker.Observe((int)_seenLately, 0, 0, Now).Open;
        if (open != StormBreakerOpen)
        {
            StormBreakerOpen = open;
            Policy.StormChanged();
        }
        var hour = NowMs / ChurnSetting.Hour;
        foreach (var number in Present)
            if ((hour + number) % 24 == 0)
                Nodes[number].SaidFreeBytes = Nodes[number].FreeBytes;
        if (hour % 24 == 0) Figures.Count(Slices);
        if (NowMs > Setting.StoryMs && Setting.HitPercent > 0) NoteHealing();
    }

    private void NoteHealing()
    {
        if (NowMs - Setting.StoryMs == 16 * ChurnSetting.Day + 15 * ChurnSetting.Hour)
            Figures.SurplusAfterStory = Slices.Max(s => s.Alive);
        // As the rule counts: durable copies, and nothing wanted. Those who are gone count for their grace.
        if (Figures.HealedMs is null && NowMs - Setting.StoryMs > Pace.LeaseTtlMs &&
            Slices.All(s => s.IsLost || s.Durable >= Setting.Policy.Copies))
            Figures.HealedMs = NowMs - Setting.StoryMs;
    }

    private void Strike()
    {
        var before = Figures.Lost;
        foreach (var node in Nodes.ToList())
        {
            if (node.Dead || (int)(SplitMix64.Mix(node.Digest ^ _seed) % 100) >= Setting.HitPercent) continue;
            if (Setting.Story == ChurnStory.Lose30) Die(node, replaced: false);
            else if (node.On) SwitchOff(node);
            node.IsKeptOff = Setting.Story == ChurnStory.Outage;
        }
        if (Setting.Story == ChurnStory.Lose30) Figures.LostAtOnce = Figures.Lost - before;
        else _queue.At(NowMs + 48 * ChurnSetting.Hour, ChurnEvent.StoryEnds, 0);
    }

    private void Relent()
    {
        foreach (var node in Nodes)
        {
            if (!node.IsKeptOff) continue;
            node.IsKeptOff = false;
            if (node.WouldBeOn && !node.Dead) SwitchOn(node);
        }
    }
}
