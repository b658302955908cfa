using WeightSwarm.Core.Planning;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// What the planner and the audits are for, on a stage. Figures are times in ms, and counts; what must hold at every
/// moment is held against every look.
/// </summary>
internal static class PlannerPlays
{
    private const int Copies = TwinSetting.Copies;

    public delegate Task Play(IPlannerStage stage, SortedDictionary<string, long> figures);

    /// <summary>
    /// Two nodes of five are killed at once: the one that added the model, and the one with which the most slices are
    /// left with a single holder. Nothing is lost, and everything gets its copies again.
    /// </summary>
    public static async Task Kill(IPlannerStage stage, SortedDictionary<string, long> figures)
    {
        var log = await GatherAsync(stage, Copies);
        var before = await log.NowAsync();
        figures["copies before"] = before.All;
        var victims = Enumerable.Range(1, stage.Nodes - 1).Select(n => new[] { 0, n })
            .MaxBy(dead => before.Holders.Count(h => h.Except(dead).Count == 1))!;
        var left = before.Holders.Select(h => h.Except(victims).Count).ToList();
        figures["slices with one holder left"] = left.Count(holders => holders == 1);
        log.Begin(copies => WhyFalse(copies) ?? (copies.Fewest == 0 ? "a slice that had a holder left is lost" : null));
        var from = stage.NowMs;
        await stage.KillAsync(victims);
        Assert.Equal(left, (await log.NowAsync()).Holders.Select(h => h.Count));
        var living = Enumerable.Range(0, stage.Nodes).Except(victims).ToList();
        await log.UntilAsync("the dead to be missed", () => AllAsync(stage, living, s => s.Online.IsSubsetOf(living)));
        figures["ms until all miss the dead"] = stage.NowMs - from;
        await log.UntilAsync("two copies again", copies => copies.Fewest >= 2);
        figures["ms until no slice hangs by one copy"] = stage.NowMs - from;
        await log.UntilAsync("all copies again", copies => copies.Fewest >= Copies);
        figures["ms until all copies are there again"] = stage.NowMs - from;
        await CalmAsync(stage, log, living);
        figures["copies to spare"] = ToSpare(log.Last, Copies);
    }

    /// <summary>
    /// Six nodes hold everything, and then the entry wants two copies. All five that donate may trim at once; four
    /// copies stay, which is two more than wanted, and never are there fewer.
    /// </summary>
    public static async Task Trim(IPlannerStage stage, SortedDictionary<string, long> figures)
    {
        const int wanted = 2, floor = wanted + ReleaseRule.TrimMargin;
        var log = await GatherAsync(stage, stage.Nodes);
        var before = (await log.NowAsync()).All;
        log.Begin(copies => WhyFalse(copies) ?? (copies.Fewest < floor ? $"fewer than {floor} copies" : null));
        await stage.WantAsync(wanted);
        var from = stage.NowMs;
        await log.UntilAsync("the first to go", copies => copies.All < before);
        figures["ms until the first copy goes"] = stage.NowMs - from;
        await log.UntilAsync("the surplus to go", copies => copies.Most <= floor);
        figures["ms until the surplus is gone"] = stage.NowMs - from;
        // Whoever was too late has backed off by then, and would try again; and what went is in the trash.
        var pace = TwinSetting.Policy.Pace;
        await log.ForAsync(2 * pace.ReleaseBackoffMs + pace.ReleaseWaitMs);
        var trash = await stage.TrashAsync();
        figures["slices given up"] = trash.Slices;
        figures["of these without receipts"] = trash.Unproven;
        figures["fewest copies at any time"] = log.Fewest;
        figures["copies at the end"] = log.Last.All;
    }

    /// <summary>
    /// The two nodes drain at once that hold the same slices, with the one that added the model. They end with nothing,
    /// and never are there fewer copies than are wanted.
    /// </summary>
    public static async Task Drain(IPlannerStage stage, SortedDictionary<string, long> figures)
    {
        var log = await GatherAsync(stage, Copies);
        var leaving = (await log.NowAsync()).Holders[0].Remove(0).Take(2).ToList();
        var held = leaving.Sum(node => log.Last.Of(node).Count);
        log.Begin(copies => WhyFalse(copies) ?? (copies.Fewest < Copies ? $"fewer than {Copies} copies" : null));
        await Task.WhenAll(leaving.Select(stage.DrainAsync));
        var from = stage.NowMs;
        foreach (var done in new[] { 1, 2 })
        {
            await log.UntilAsync(
                $"{done} of those that drain to hold nothing",
                copies => leaving.Count(node => copies.Of(node).Count == 0) >= done);
            figures[$"ms until {done} of 2 hold nothing"] = stage.NowMs - from;
        }
        await log.UntilAsync(
            "what they held to be in the trash", async () => (await stage.TrashAsync()).Slices >= held);
        var trash = await stage.TrashAsync();
        figures["slices given up, and not held at first"] = trash.Slices - held;
        figures["of these without receipts"] = trash.Unproven;
        await CalmAsync(stage, log, [.. Enumerable.Range(0, stage.Nodes).Except(leaving)]);
        figures["fewest copies at any time"] = log.Fewest;
        figures["copies to spare"] = ToSpare(log.Last, Copies);
    }

    /// <summary>
    /// The node that holds the most loses all of it and does not know. Audits find each of its copies out, it is made
    /// anew elsewhere, and nobody else is suspected.
    /// </summary>
    public static async Task Liar(IPlannerStage stage, SortedDictionary<string, long> figures)
    {
        var log = await GatherAsync(stage, Copies);
        var liar = Fullest(await log.NowAsync(), stage).First();
        var lies = log.Last.Of(liar).Select(slice => (liar, slice)).ToHashSet();
        log.Begin(copies => copies.Lies.IsSubsetOf(lies) ? null : "an honest node says what is not so");
        figures["false copies"] = lies.Count;
        var others = Enumerable.Range(0, stage.Nodes).Where(n => n != liar).ToList();
        await stage.LieAsync(liar);
        var from = stage.NowMs;
        Assert.True((await log.NowAsync()).Lies.SetEquals(lies), $"the liar does not lie: {log.Last}");
        await log.UntilAsync("a lie to be found out", async () =>
            (await DistrustedAsync(stage, others)).Any(d => d.Distrusted.Count > 0));
        figures["ms until a lie is found out"] = stage.NowMs - from;
        await log.UntilAsync("each lie to be found out", async () =>
            lies.IsSubsetOf((await DistrustedAsync(stage, others)).SelectMany(d => d.Distrusted)));
        figures["ms until each lie is found out"] = stage.NowMs - from;
        await log.UntilAsync("what was lost to be there again", copies => copies.Fewest >= Copies);
        figures["ms until all copies are there again"] = stage.NowMs - from;
        await CalmAsync(stage, log, others);
        var distrusted = await DistrustedAsync(stage, others);
        figures["honest copies that are distrusted"] = distrusted.Sum(d => d.Distrusted.Count(c => c.Holder != liar));
        figures["verdicts against the liar"] = distrusted.Sum(d => d.Distrusted.Count(c => c.Holder == liar));
        figures["copies to spare"] = ToSpare(log.Last, Copies);
    }

    private static string? WhyFalse(TwinCopies copies) => copies.Lies.IsEmpty ? null : "a node says what is not so";

    private static int ToSpare(TwinCopies copies, int wanted) => copies.Holders.Sum(h => Math.Max(0, h.Count - wanted));

    /// <summary>Everybody joins, the first adds the model, and it has its copies; nothing moves any more, and
    /// copies are no longer audited for being new.</summary>
    private static async Task<CopyLog> GatherAsync(IPlannerStage stage, int copies)
    {
        var log = new CopyLog(stage);
        var all = Enumerable.Range(0, stage.Nodes).ToList();
        foreach (var node in all) await stage.JoinAsync(node);
        await stage.UntilAsync("all to see all", () => AllAsync(stage, all, s => s.Online.Count == all.Count - 1));
        await stage.AddAsync(0, copies == Copies ? 0 : copies);
        await log.UntilAsync("all copies", seen => seen.Fewest >= copies);
        await CalmAsync(stage, log, all);
        await log.ForAsync(TwinSetting.Policy.Pace.AuditMs / 2);
        return log;
    }

    private static Task CalmAsync(IPlannerStage stage, CopyLog log, IReadOnlyCollection<int> nodes) => log.UntilAsync(
        "nothing to be fetched", () => AllAsync(stage, nodes, s => s.Fetching == 0));

    /// <summary>Nodes but the first, those that hold the most before the others.</summary>
    private static IEnumerable<int> Fullest(TwinCopies copies, IPlannerStage stage) =>
        Enumerable.Range(1, stage.Nodes - 1).OrderByDescending(node => copies.Of(node).Count);

    private static async Task<(int Node, IReadOnlySet<(int Holder, int Slice)> Distrusted)[]> DistrustedAsync(
        IPlannerStage stage, IEnumerable<int> nodes) =>
        await Task.WhenAll(nodes.Select(async node => (node, await stage.DistrustedAsync(node))));

    private static async Task<bool> AllAsync(
        IPlannerStage stage, IEnumerable<int> nodes, Func<TwinSight, bool> see) =>
        (await Task.WhenAll(nodes.Select(stage.LookAsync))).All(see);
}
