using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Simulation.Scenarios;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

/// <summary>The limits are for the hostile: whole networks of honest nodes never meet one.</summary>
public sealed class HonestTrafficTests
{
    [Theory]
    [InlineData("five-drill")]
    [InlineData("small-disks")]
    [InlineData("restart")]
    [InlineData("partition")]
    [InlineData("trim")]
    public void Run_OfHonestNodes_ScoresNobody(string name)
    {
        var found = Offences(name, out var closes);
        Assert.True(found.Length == 0, $"{name} seed 1: {found}");
        Assert.DoesNotContain(closes, reason => reason.Contains("banned", StringComparison.Ordinal));
    }

    /// <summary>A wrong clock is scored, and costs nobody his place in the network.</summary>
    [Fact]
    public void Run_WithWrongClocks_BansNobody()
    {
        var found = Offences("clock-skew", out var closes);
        Assert.True(found.Length == 0 || found.StartsWith("Future", StringComparison.Ordinal), found);
        Assert.DoesNotContain(closes, reason => reason.Contains("banned", StringComparison.Ordinal));
    }

    private static string Offences(string name, out IReadOnlyList<string> closes)
    {
        var scenario = ScenarioList.All.Single(s => s.Name == name);
        using var world = scenario.Build(1, scenario.DefaultNodes, null);
        scenario.Run(world, new SortedDictionary<string, long>(StringComparer.Ordinal));
        closes = [.. world.Metrics.Closes.Keys];
        SortedDictionary<Offence, long> all = [];
        foreach (var (offence, count) in world.Nodes.Where(n => n.Up).SelectMany(n => n.Core.Offences))
            all[offence] = all.GetValueOrDefault(offence) + count;
        return string.Join(", ", all.Select(o => $"{o.Key} {o.Value}"));
    }
}
