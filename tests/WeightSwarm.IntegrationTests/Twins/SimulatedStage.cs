using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>The simulated twins of real daemons.</summary>
internal sealed partial class SimulatedStage
{
    private const long MostMs = 5 * 60_000;

    private readonly SimWorld _world;
    private readonly int _stranger;
    private Core.Catalogue.Entry? _entry;

    public SimulatedStage(int nodes, ulong seed)
        : this(nodes, seed, TwinSetting.Slices, TwinLinks.Bad)
    {
    }

    public SimulatedStage(int nodes, ulong seed, int slices, TwinLinks links)
    {
        (_stranger, Slices) = (nodes, slices);
        _world = new SimWorld(seed, nodes + 1, TwinSetting.Policy, null)
        {
            UpBytesPerSecond = links.StreamBytesPerSecond,
            DownBytesPerSecond = links.StreamBytesPerSecond,
            // Real nodes fetch piece after piece, these all at once: small ones, so that their claims tell of progress.
            PieceBytes = 1 << 16,
        };
        _world.Net.LatencyOf = TwinSetting.LatencyMs;
        _world.Net.LostPerThousand = links.LostPerThousand;
        foreach (var node in _world.Nodes) node.Disk.QuotaBytes = TwinSetting.DonatedBytes;
    }

    /// <summary>How often conditions are looked at, ms.</summary>
    public long StepMs { get; init; } = 10;

    public long NowMs => _world.NowMs;

    public Task JoinAsync(int node)
    {
        if (node > 0) _world.Start(node, 0);
        else
        {
            _world.Start(0);
            _world.PublishCharter(0);
        }
        return Task.CompletedTask;
    }

    public Task AddAsync(int node, int copies = 0)
    {
        if (_entry is null) _entry = _world.AddModel(node, 1, Slices, TwinSetting.SliceBytes, copies);
        else _world.HoldInPlace(node, _entry);
        return Task.CompletedTask;
    }

    public Task CutAsync(Func<int, int> sideOf)
    {
        _world.Net.Cut(sideOf);
        return Task.CompletedTask;
    }

    public Task FloodAsync(int victim)
    {
        var garbage = new GarbageFrames(_world, _world.Seed);
        _ = new Stranger(_world, _stranger, victim, TwinSetting.FloodBytesPerSecond, garbage.Forged);
        return Task.CompletedTask;
    }

    public Task DonateAsync(int node, long bytes)
    {
        _world.Nodes[node].Disk.QuotaBytes = bytes;
        _world.Nodes[node].Transfers.TellRoom();
        return Task.CompletedTask;
    }

    public Task<TwinSight> LookAsync(int node)
    {
        var seer = _world.Nodes[node];
        var others = _world.Nodes.Where(o => o != seer && seer.Core.Nodes.ContainsKey(o.Id)).ToList();
        return Task.FromResult(new TwinSight(
            others.Where(o => IsPresent(seer, o)).Select(o => o.Number).ToHashSet(),
            seer.WorstHealth() is { } health ? health.Online : -1,
            seer.Core.Held.Values.Sum(s => s.Count), seer.Core.Fetching.Values.Sum(s => s.Count),
            seer.Core.Bans.Count(),
            others.ToDictionary(o => o.Number, o => (long)seer.Core.Nodes[o.Id].DonatedBytes)));
    }

    /// <summary>By the words of <c>peers</c>.</summary>
    private static bool IsPresent(SimNode seer, SimNode other) =>
        seer.Core.View?.Nodes.GetValueOrDefault(other.Id)?.AbsentMs(seer.Now) <= TwinSetting.Policy.Pace.OnlineMs;

    public Task<long> SentAsync(int node) => Task.FromResult(_world.Metrics.BytesOf(node));

    public async Task UntilAsync(string what, Func<Task<bool>> condition)
    {
        for (var began = _world.NowMs; !await condition(); _world.RunFor(StepMs))
            Assert.True(_world.NowMs - began < MostMs, $"the twins, in vain: {what}");
    }

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }
}
