using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 17 of the reference: clocks an hour fast, a day slow, in 2038 and drifting by one percent, and two hosts
/// that sleep for twelve hours, with clocks that count the sleep and that do not.
/// </summary>
internal sealed class ClockFaults : RealScenario
{
    public override string Name => "clock-faults";
    public override string Story => "+1 h, -1 day, 2038, 1 % drift, 12 h of sleep; nothing ends or goes wrongly";
    public override int DefaultNodes => 30;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var bad = world.Random.Pick(world.Nodes.Length, 6).Select(n => world.Nodes[n]).ToList();
        var jumps = new[] { Hour, -Day, 2_145_916_800_000 - SimWorld.EpochUnixMs - world.NowMs };
        for (var i = 0; i < 3; i++) bad[i].Clock.Jump(world.NowMs, jumps[i]);
        bad[3].Clock.Drift(world.NowMs, 10_000);
        bad[4].Sleep(12 * Hour, countsSleep: false);
        bad[5].Sleep(12 * Hour, countsSleep: true);
        world.RunFor(10 * Minute);
        for (var i = 0; i < 3; i++)
            if (bad[i].Core.WhyClockSuspect is null)
                throw new ScenarioFailedException($"n{bad[i].Number} trusts a clock that is {jumps[i] / 1000} s off");
        for (var hour = 0; hour < 26; hour++)
        {
            world.RunFor(Hour);
            NothingEndsWrongly(world, bad);
        }
        foreach (var node in bad) node.Clock.SetRight(world.NowMs);
        bad[3].Clock.Drift(world.NowMs, 0);
        world.Log.Say(world.NowMs, -1, "all clocks are right again");
        figures["s to recover"] = world.RunUntil("all records of the mended are heard", 10 * Minute, 10 * Second,
            world.ViewsEqual, world.HowViewsDiffer) / Second;
        NothingIsReleased(world);
        ConvergesAgain(world, figures, 5 * Minute);
    }

    /// <summary>Good nodes keep each other's records, and believe nothing from the future.</summary>
    private static void NothingEndsWrongly(SimWorld world, List<SimNode> bad)
    {
        foreach (var node in world.Live.Except(bad))
        {
            foreach (var other in world.Live.Except(bad))
                if (!node.Core.Nodes.ContainsKey(other.Id))
                    throw new ScenarioFailedException($"n{node.Number} has lost the record of n{other.Number}");
            foreach (var record in node.Core.Records)
                if (record.IssuedMs > node.Now.UnixMs + world.Pace.ClockSkewMs)
                    throw new ScenarioFailedException($"n{node.Number} believes {Words.Of(world, record)}, from ahead");
        }
    }
}
