using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Planning;
using WeightSwarm.IntegrationTests.Daemon.Support;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// The planner and the audits, by real daemons and by their simulated twins. What must hold at every moment the plays
/// hold against every look, on both stages. How far a real figure may be from those of the twins is said in timers of
/// the pace: no machine's speed is in it, but a machine that is busy may miss a turn, and then waits for the next.
/// Counts that follow from who was drawn for what are shown, and not compared.
/// </summary>
[Collection(Alone.Name)]
public sealed class PlannerTwinTests(ITestOutputHelper output)
{
    private const ulong Seeds = 10;

    private static Pace Pace => TwinSetting.Policy.Pace;

    /// <summary>
    /// A node is missed after some probes; one that is late to its own work waits up to three times as long before it
    /// accuses others, and one that is later than that accuses nobody. A deficit is confirmed and claimed, and who
    /// claimed may fail: its claim is over then, and another's turn; twice. Two nodes that claim in one moment may both
    /// fetch, so that there are copies to spare, up to the margin that no trim takes. And real nodes fetch from each
    /// other, and over as many streams as there are pairs: at best no time goes into fetching.
    /// </summary>
    [WanFact]
    public Task Kill_TwoOfFive() => CompareAsync(PlannerPlays.Kill, nodes: 5, slices: 6, new()
    {
        ["copies before"] = new(0, 6 * ReleaseRule.TrimMargin),
        ["copies to spare"] = new(0, 6 * ReleaseRule.TrimMargin),
        ["slices with one holder left"] = TwinRoom.Any,
        ["ms until all miss the dead"] = new(Pace.ProbeMs, LocalHealth.Sick * Pace.ProbeMisses * Pace.ProbeMs),
        ["ms until no slice hangs by one copy"] = new(FetchMs(6), 2 * Pace.U1.ClaimTtlMs),
        ["ms until all copies are there again"] = new(2 * FetchMs(6), 2 * Pace.U1.ClaimTtlMs),
    });

    /// <summary>
    /// A release that is withdrawn is tried again after a back-off and another wait; four times. Nothing goes before
    /// the entry has settled and the wait is over; only the answers may come sooner.
    /// </summary>
    [WanFact]
    public Task Trim_ByAllAtOnce() => CompareAsync(PlannerPlays.Trim, nodes: 6, slices: 4, new()
    {
        ["ms until the first copy goes"] = new(Pace.ReceiptMs, Again(1)),
        ["ms until the surplus is gone"] = new(Pace.ReceiptMs, Again(4)),
    });

    /// <summary>As with trims; and what the nodes are to hand over is fetched and claimed as after a death.</summary>
    [WanFact]
    public Task Drain_TwoOfSix() => CompareAsync(PlannerPlays.Drain, nodes: 6, slices: 6, new()
    {
        ["copies to spare"] = new(0, 6 * ReleaseRule.TrimMargin),
        ["ms until 1 of 2 hold nothing"] = new(FetchMs(6), Again(2) + Pace.U1.ClaimTtlMs),
        ["ms until 2 of 2 hold nothing"] = new(FetchMs(6), Again(4) + Pace.U1.ClaimTtlMs),
    });

    /// <summary>
    /// Each copy is audited once in a period, by one of three. An audit that is lost on the way, or comes in the last
    /// moment, is made up for in the next period; and what it finds is claimed as after a death. Where two nodes have
    /// claimed in one moment, the liar holds less than all.
    /// </summary>
    [WanFact]
    public Task Liar_LosesAllThatItHolds() => CompareAsync(PlannerPlays.Liar, nodes: 6, slices: 4, new()
    {
        ["copies to spare"] = new(0, 4 * ReleaseRule.TrimMargin),
        ["false copies"] = new(3, 0),
        ["verdicts against the liar"] = TwinRoom.Any,
        ["ms until a lie is found out"] = new(Pace.AuditMs, Pace.AuditMs),
        ["ms until each lie is found out"] = new(Pace.AuditMs, 2 * Pace.AuditMs),
        ["ms until all copies are there again"] = new(FetchMs(4), 2 * Pace.AuditMs + Pace.U1.ClaimTtlMs),
    });

    /// <summary>What one node needs to send so many slices, one after the other.</summary>
    private static long FetchMs(int slices) =>
        slices * TwinSetting.SliceBytes * 1000 / TwinLinks.Fair.StreamBytesPerSecond;

    private static long Again(int times) =>
        times * (2 * Pace.ReleaseBackoffMs + Pace.ReleaseWaitMs + Pace.ReceiptMs);

    private async Task CompareAsync(PlannerPlays.Play play, int nodes, int slices, Dictionary<string, TwinRoom> rooms)
    {
        List<SortedDictionary<string, long>> twins = [];
        for (ulong seed = 1; seed <= Seeds; seed++)
            await using (var stage = new SimulatedStage(nodes, seed, slices, TwinLinks.Fair) { StepMs = 50 })
                twins.Add(await FiguresAsync(play, stage));
        TwinFigures figures;
        await using (var stage = await RealStage.MakeAsync(nodes, slices, TwinLinks.Fair))
            figures = new TwinFigures(twins, await FiguresAsync(play, stage), rooms);
        foreach (var line in figures.Lines()) output.WriteLine(line);
        Assert.Empty(figures.Faults());
    }

    private static async Task<SortedDictionary<string, long>> FiguresAsync(PlannerPlays.Play play, IPlannerStage stage)
    {
        SortedDictionary<string, long> figures = new(StringComparer.Ordinal);
        await play(stage, figures);
        return figures;
    }
}
