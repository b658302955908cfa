using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>The simulated twins of real daemons.</summary>
internal sealed class SimulatedStage : ITwinStage
{
    private const long MostMs = 5 * 60_000, StepMs = 10;

    private readonly SimWorld _world;
    private readonly int _stranger;
    private Core.Catalogue.Entry? _entry;

    public SimulatedStage(int nodes, ulong seed)
    {
        _stranger = nodes;
        _world = new SimWorld(seed, nodes + 1, TwinSetting.Policy, null)
        {
            UpBytesPerSecond = TwinSetting.StreamBytesPerSecond,
            DownBytesPerSecond = TwinSetting.StreamBytesPerSecond,
        };
        _world.Net.LatencyOf = TwinSetting.LatencyMs;
        _world.Net.LostPerThousand = TwinSetting.LostPerThousand;
        foreach (var node in _world.Nodes) node.Disk.QuotaBytes = TwinSetting.DonatedBytes;
    }

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

    public Task AddAsync(int node)
    {
        if (_entry is null) _entry = _world.AddModel(node, 1, TwinSetting.Slices, TwinSetting.SliceBytes);
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
            seer.Core.Held.Values.Sum(s => s.Count), seer.Core.Bans.Count(),
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
