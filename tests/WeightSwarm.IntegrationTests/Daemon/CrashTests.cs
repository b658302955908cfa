using System.Globalization;
using WeightSwarm.IntegrationTests.Daemon.Support;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// SIGKILL at random moments of downloading, verifying, publishing, releasing and mending. After each: what the store
/// calls verified is right on the disk, what was advertised was recorded, no last copy is gone, and nothing that was
/// recorded is fetched again. WEIGHTSWARM_SEED repeats a run; WEIGHTSWARM_KILLS says how many kills the long one has.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int KillsPerRound = 25;

    [Fact]
    public Task Victim_KilledAFewTimes_VouchesForNothingElseThanItHas() =>
        RunAsync(kills: 8, Number("WEIGHTSWARM_SEED") ?? 1);

    /// <summary>As long as it says: about 5 s to a kill.</summary>
    [Fact]
    [Trait("takes", "long")]
    public Task Victim_KilledAThousandTimes_VouchesForNothingElseThanItHas() =>
        RunAsync(Number("WEIGHTSWARM_KILLS") ?? 1000, Number("WEIGHTSWARM_SEED") ?? Random.Shared.Next(1_000_000));

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private async Task RunAsync(int kills, int seed)
    {
        var tally = new CrashTally();
        for (var done = 0; done < kills; done += KillsPerRound, seed++)
            await RunAsync(seed, done, Math.Min(kills - done, KillsPerRound), tally);
        output.WriteLine(tally.ToString());
    }

    private async Task RunAsync(int seed, int first, int kills, CrashTally tally)
    {
        output.WriteLine($"seed {seed}: WEIGHTSWARM_SEED={seed} repeats these kills");
        await using var round = await CrashRound.StartAsync(seed, output);
        var number = first;
        try
        {
            for (; number < first + kills; number++) await round.KillAsync(number);
            await round.EndAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var logs = round.Swarm.Nodes.Select(
                (node, at) => $"-- node {at}: {(node.IsRunning ? "runs" : $"ended {node.ExitCode}")}\n{node.LogTail}");
            Assert.Fail($"seed {seed}, kill {number - first} of its round: {e}\n{string.Join('\n', logs)}");
        }
        tally.Add(round);
    }
}
