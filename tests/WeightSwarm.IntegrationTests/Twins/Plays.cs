using System.Globalization;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>What happens on a stage, and the figures of it: times in ms, and counts.</summary>
internal static class Plays
{
    private const int Nodes = 6;

    public delegate Task Play(ITwinStage stage, SortedDictionary<string, long> figures);

    /// <summary>A node joins five that have gossiped for a while.</summary>
    public static async Task Join(ITwinStage stage, SortedDictionary<string, long> figures)
    {
        await GatherAsync(stage, Nodes - 1);
        var from = stage.NowMs;
        await stage.JoinAsync(Nodes - 1);
        await stage.UntilAsync("the newcomer to see all", async () =>
        {
            var sight = await stage.LookAsync(Nodes - 1);
            return sight.Online.Count == Nodes - 1 && sight.Copies >= TwinSetting.Copies;
        });
        figures["ms until the newcomer sees all"] = stage.NowMs - from;
        figures["bytes of gossip that it sent by then"] = await stage.SentAsync(Nodes - 1);
        await AllAsync(stage, "all to see the newcomer", Enumerable.Range(0, Nodes), s => s.Online.Count == Nodes - 1);
        figures["ms until all see the newcomer"] = stage.NowMs - from;
        figures["slices that it holds"] = (await stage.LookAsync(Nodes - 1)).Held;
    }

    /// <summary>Two halves, each with a whole copy, until each has all copies that it should; then one again.</summary>
    public static async Task Partition(ITwinStage stage, SortedDictionary<string, long> figures)
    {
        int[][] halves = [[0, 1, 2], [3, 4, 5]];
        await GatherAsync(stage, Nodes);
        figures["copies before"] = await HeldAsync(stage);
        var from = stage.NowMs;
        await stage.CutAsync(node => node < 3 ? 0 : 1);
        foreach (var half in halves)
            await AllAsync(stage, "a half to miss the other", half, s => s.Online.IsSubsetOf(half));
        figures["ms until the halves miss each other"] = stage.NowMs - from;
        foreach (var half in halves)
            await AllAsync(stage, "a half to have its copies", half, s => s.Copies >= TwinSetting.Copies);
        figures["ms until each half has its copies"] = stage.NowMs - from;
        figures["copies while cut"] = await HeldAsync(stage);
        from = stage.NowMs;
        await stage.CutAsync(_ => 0);
        await AllAsync(stage, "all to see all", Enumerable.Range(0, Nodes),
            s => s.Online.Count == Nodes - 1 && s.Copies >= TwinSetting.Copies);
        figures["ms until all see all again"] = stage.NowMs - from;
    }

    /// <summary>A stranger floods a node, which bans it; what the others say to each other arrives.</summary>
    public static async Task Flood(ITwinStage stage, SortedDictionary<string, long> figures)
    {
        await GatherAsync(stage, Nodes);
        figures["ms until an honest record is everywhere, in peace"] = await SayAsync(stage, 2);
        var from = stage.NowMs;
        await stage.FloodAsync(1);
        await AllAsync(stage, "the victim to ban the stranger", [1], s => s.Banned == 1);
        figures["ms until the stranger is banned"] = stage.NowMs - from;
        figures["ms until an honest record is everywhere, in the flood"] = await SayAsync(stage, 8);
        var sights = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(stage.LookAsync));
        figures["nodes that miss another"] = sights.Count(s => s.Online.Count < Nodes - 1);
        figures["bans"] = sights.Sum(s => s.Banned);
    }

    private static async Task GatherAsync(ITwinStage stage, int nodes)
    {
        for (var node = 0; node < nodes; node++) await stage.JoinAsync(node);
        foreach (var holder in new[] { 0, 3 }) await stage.AddAsync(holder);
        await AllAsync(stage, "all copies", Enumerable.Range(0, nodes),
            s => s.Online.Count == nodes - 1 && s.Copies >= TwinSetting.Copies);
    }

    /// <summary>How long it takes until all know what a node donates; the median of five.</summary>
    private static async Task<long> SayAsync(ITwinStage stage, int times)
    {
        List<long> took = [];
        for (var round = 0; round < 5; round++)
        {
            var (author, from) = (2 + round % 4, stage.NowMs);
            // The first author comes twice; sizes are told by powers of two.
            var bytes = TwinSetting.DonatedBytes * times << round / 4;
            await stage.DonateAsync(author, bytes);
            await AllAsync(stage, string.Create(CultureInfo.InvariantCulture, $"{bytes} to be known"),
                Enumerable.Range(0, Nodes).Where(n => n != author), s => s.Donated.GetValueOrDefault(author) == bytes);
            took.Add(stage.NowMs - from);
        }
        return took.Order().ElementAt(2);
    }

    private static async Task<long> HeldAsync(ITwinStage stage) =>
        (await Task.WhenAll(Enumerable.Range(0, Nodes).Select(stage.LookAsync))).Sum(s => s.Held);

    private static Task AllAsync(ITwinStage stage, string what, IEnumerable<int> nodes, Func<TwinSight, bool> see) =>
        stage.UntilAsync(what, async () => (await Task.WhenAll(nodes.Select(stage.LookAsync))).All(see));
}
