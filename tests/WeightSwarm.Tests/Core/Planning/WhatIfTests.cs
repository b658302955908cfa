using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class WhatIfTests
{
    private const long Slice = 64 << 20;

    [Fact]
    public void Parse_OfTheForms_ReadsThem()
    {
        Assert.Equal(new WhatIf.Lose(30), WhatIf.Parse("lose 30%"));
        Assert.Equal(new WhatIf.Lose(1), WhatIf.Parse(" LOSE 1 % "));
        Assert.Equal(new WhatIf.Copies(4), WhatIf.Parse("copies=4"));
        Assert.Equal(new WhatIf.Copies(64), WhatIf.Parse("copies = 64"));
        Assert.Equal(new WhatIf.Leave("abcdefgh"), WhatIf.Parse("leave abcdefgh"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("lose 30")]
    [InlineData("lose 0%")]
    [InlineData("lose 100%")]
    [InlineData("lose -1%")]
    [InlineData("lose")]
    [InlineData("copies=0")]
    [InlineData("copies=65")]
    [InlineData("copies 4")]
    [InlineData("copies=")]
    [InlineData("leave")]
    [InlineData("leave a b")]
    [InlineData("what")]
    public void Parse_OfAnythingElse_IsNull(string text) => Assert.Null(WhatIf.Parse(text));

    private static Swarm Held(int copies, int nodes, int slices = 2, long free = 100 * Swarm.Gigabyte)
    {
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, slices)).Nodes(1, nodes, free);
        for (var node = 1; node <= copies; node++) swarm.Holds(node, [.. Enumerable.Range(0, slices)]);
        return swarm;
    }

    [Fact]
    public void Leave_OfAHolder_IsRepairedByTheOthers()
    {
        var report = WhatIfReport.OfLeaving(Held(3, 5).SeenBy(1), Swarm.Id(1), Swarm.Now);
        var model = Assert.Single(report.Models);
        Assert.Equal((3, 2, 3, Risk.Thin, 2 * Slice, 0L), Figures(model));
        Assert.Equal((1, 1, 1), (report.Draws, report.NodesGone, report.Worst.Thin));
    }

    [Fact]
    public void Leave_OfTheOnlyHolder_LosesIt_AndNothingIsCopied()
    {
        var report = WhatIfReport.OfLeaving(Held(1, 5).SeenBy(1), Swarm.Id(1), Swarm.Now);
        Assert.Equal((1, 0, 0, Risk.Lost, 0L, 6 * Slice), Figures(Assert.Single(report.Models)));
    }

    [Fact]
    public void Leave_WithoutRoomElsewhere_SaysWhatIsNotPlaced()
    {
        // One other node, with room for one of the two slices.
        var swarm = Held(3, 3, free: 0).Node(4, free: Slice);
        var report = WhatIfReport.OfLeaving(swarm.SeenBy(2), Swarm.Id(1), Swarm.Now);
        Assert.Equal((3, 2, 2, Risk.Thin, Slice, Slice), Figures(Assert.Single(report.Models)));
        swarm.Declining(4, new DeclineRule { Licence = "MIT" });
        report = WhatIfReport.OfLeaving(swarm.SeenBy(2), Swarm.Id(1), Swarm.Now);
        Assert.Equal((3, 2, 2, Risk.Thin, 0L, 2 * Slice), Figures(Assert.Single(report.Models)));
    }

    [Fact]
    public void Copies_More_AreCopied_AndEntriesKeepTheirOwn()
    {
        var swarm = Held(3, 6).With(Swarm.Model(1, 1, copies: 1)).Holding(1, [0], [], model: 1);
        var report = WhatIfReport.OfCopies(swarm.SeenBy(1), 5, Swarm.Now);
        Assert.Equal((3, 3, 5, Risk.Thin, 4 * Slice, 0L), Figures(report.Models[0]));
        Assert.Equal((1, 1, 1, Risk.Safe, 0L, 0L), Figures(report.Models[1]));
        Assert.Equal(0, WhatIfReport.OfCopies(swarm.SeenBy(1), 2, Swarm.Now).Worst.BytesToCopy);
    }

    [Fact]
    public void Lose_DrawsAreTheSameForASeed_AndTakeThePercentageRoundedUp()
    {
        var view = Held(3, 10).SeenBy(1);
        var first = WhatIf.Draw(view, 25, seed: 7, draw: 0, Swarm.Now);
        Assert.Equal(3, first.Length);
        Assert.Equal(first.ToArray(), WhatIf.Draw(view, 25, 7, 0, Swarm.Now).ToArray());
        var drawn = Enumerable.Range(0, 100).SelectMany(d => WhatIf.Draw(view, 25, 7, d, Swarm.Now)).ToList();
        // Everybody's turn comes, the viewer's too: 30 of 100 on average, sigma 4.6.
        Assert.All(view.Nodes.Keys, id => Assert.InRange(drawn.Count(d => d == id), 10, 50));
    }

    /// <summary>Three of ten nodes hold it and three go: all of them in 1 draw of 120, two or more in 22.</summary>
    [Fact]
    public void Lose_ReportsTheMedianAndTheWorstDraw()
    {
        var report = WhatIfReport.OfLoss(Held(3, 10).SeenBy(1), 30, seed: 1, Swarm.Now);
        var model = Assert.Single(report.Models);
        Assert.Equal((100, 3), (report.Draws, report.NodesGone));
        Assert.Equal((3, 2, 3, Risk.Thin), (model.Now, model.Median.Copies, model.Median.Repaired, model.Median.Risk));
        Assert.InRange(model.Worst.Copies, 0, 1);
        Assert.True(report.Worst.CompareTo(report.Median) > 0);
        Assert.Equal((1, 0, 0, 0), (report.Median.Thin, report.Median.Endangered, report.Median.Critical,
            report.Median.Lost));
    }

    /// <summary>The planners of all nodes, left to themselves in one loop, come to what the outlook says.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Outlook_OfOneHolder_IsWhatTheClosedLoopEndsIn(ulong seed)
    {
        var setting = new LoopSetting { Seed = seed, Nodes = 12, Slices = 6, LongestDelayMs = 0 };
        var loop = new ClosedLoop(setting);
        var outlook = Assert.Single(Outlook.Of(loop.ViewOfAll(), new(loop.StartMs, loop.StartMs)));
        loop.Run(120_000);
        Assert.Equal(0, loop.OpenClaims);
        Assert.Equal(loop.CopiesBySlice.Min(), outlook.Repaired);
        Assert.Equal((loop.CopiesBySlice.Sum() - 6) * setting.SliceBytes, outlook.BytesToCopy);
        Assert.Equal(0, outlook.BytesUnplaced);
    }

    [Fact]
    public void Outlook_ShortOfRoom_PlacesEverySlicesSecondCopyBeforeAnyThird()
    {
        // Room for five slices, and six copies wanted of three: each gets its second, and two a third.
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, 3)).Node(9, free: 0).Holds(9, 0, 1, 2)
            .Node(1, free: 3 * Slice).Node(2, free: 2 * Slice);
        var outlook = Assert.Single(Outlook.Of(swarm.SeenBy(9), Swarm.Now));
        Assert.Equal((1, 2, 5 * Slice, Slice),
            (outlook.Copies, outlook.Repaired, outlook.BytesToCopy, outlook.BytesUnplaced));
    }

    private static (int, int, int, Risk, long, long) Figures(ModelWhatIf model) => (
        model.Now, model.Median.Copies, model.Median.Repaired, model.Median.Risk, model.Median.BytesToCopy,
        model.Median.BytesUnplaced);
}
