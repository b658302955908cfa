using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class MassAbsenceTests
{
    private const long Window = 1_000;

    private static string Struck(int present, params long[] sinceMs) => StruckWithin(Window, present, sinceMs);

    private static string StruckWithin(long windowMs, int present, long[] sinceMs)
    {
        var struck = new bool[sinceMs.Length];
        MassAbsence.Mark(sinceMs, present, windowMs, struck);
        return string.Concat(struck.Select(s => s ? 'x' : '.'));
    }

    [Fact]
    public void Mark_FiveInOneWindow_AreABlow_AndFourAreNot()
    {
        Assert.Equal("xxxxx", Struck(10, 0, 250, 500, 750, 1_000));
        Assert.Equal(".....", Struck(10, 0, 250, 500, 750, 1_001));
        Assert.Equal("....", Struck(10, 0, 0, 0, 0));
    }

    [Fact]
    public void Mark_AnEighthOfThoseWhoWereThere_IsABlow_AndLessIsNot()
    {
        Assert.Equal("xxxxx", Struck(35, 0, 0, 0, 0, 0));
        Assert.Equal(".....", Struck(36, 0, 0, 0, 0, 0));
    }

    [Fact]
    public void Mark_WhoWentBefore_WasNotThere_AndWhoWentLaterWas()
    {
        Assert.Equal("....xxxxx", Struck(35, 0, 2_000, 4_000, 6_000, 9_000, 9_000, 9_000, 9_000, 9_000));
        Assert.Equal("......", Struck(35, 0, 0, 0, 0, 0, 6_000));
    }

    [Fact]
    public void Mark_AnEveningInWhichMachinesGoOut_IsNoBlow()
    {
        // 1,200 of 2,000 within four hours, in seconds, and a window of a quarter of an hour.
        var sinceMs = Enumerable.Range(0, 1_200).Select(i => i * 12L).ToArray();
        Assert.DoesNotContain('x', StruckWithin(900, 800, sinceMs));
    }

    /// <summary>Against the definition, read literally.</summary>
    [Fact]
    public void Mark_AnyAbsences_AreThoseOfSomeWindowThatIsFullEnough()
    {
        const ulong seed = 20_261_122;
        var random = new SplitMix64(seed);
        for (var round = 0; round < 3_000; round++)
        {
            var sinceMs = new long[random.Below(24)];
            for (var i = 0; i < sinceMs.Length; i++) sinceMs[i] = (long)random.Below(6 * Window);
            Array.Sort(sinceMs);
            var present = (int)random.Below(60);
            var expected = string.Concat(sinceMs.Select(at => IsIn(sinceMs, present, at) ? 'x' : '.'));
            Assert.True(expected == Struck(present, sinceMs), $"seed {seed}, round {round}: {expected}");
        }
    }

    private static bool IsIn(long[] sinceMs, int present, long atMs) => sinceMs.Any(begin =>
        begin <= atMs && atMs <= begin + Window &&
        sinceMs.Count(s => s >= begin && s <= begin + Window) is var together && together >= 5 &&
        together * 8 >= present + sinceMs.Count(s => s >= begin));

    private static Swarm Blow(long absentMs, int struck, int present)
    {
        var swarm = new Swarm().Wanting(5).With(Swarm.Model(0, 1));
        for (var node = 1; node <= present; node++) swarm.Node(node);
        for (var node = 0; node < struck; node++) swarm.Node(present + 1 + node, absentMs: absentMs + node);
        swarm.Holds(1, 0);
        for (var node = 0; node < 4; node++) swarm.Holds(present + 1 + node, 0);
        return swarm;
    }

    private static SliceCount Count(Swarm swarm)
    {
        var view = swarm.SeenBy(2);
        return SliceCounter.Explain(view.Models[0], 0, view, Swarm.Now);
    }

    [Fact]
    public void Count_OneHolderLeftByABlow_WantsOneCopyMore_AtOnce()
    {
        var count = Count(Blow(absentMs: 3_500, struck: 5, present: 6));
        Assert.Equal((5, 5, 1, 1, Urgency.U0),
            (count.Durable, count.Recent, count.Online, count.Need, count.Urgency));
        Assert.Equal(4, count.Copies.Count(c =>
            c.Reason == "counted: absent 4 s, within its grace of 20 s; it fell silent with many others"));
    }

    [Theory]
    [InlineData(3_500, 4, 6)] // too few
    [InlineData(3_500, 5, 36)] // too few of so many
    [InlineData(2_500, 5, 6)] // they may be back in a moment: still online
    public void Count_OneHolderLeft_ButNotByABlow_WaitsForTheOthers(long absentMs, int struck, int present)
    {
        var count = Count(Blow(absentMs, struck, present));
        Assert.Equal((5, 0), (count.Recent, count.Need));
        Assert.DoesNotContain(count.Copies, c => c.Reason.Contains("many others", StringComparison.Ordinal));
    }
}
