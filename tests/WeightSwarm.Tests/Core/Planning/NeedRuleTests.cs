using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class NeedRuleTests
{
    [Theory]
    // N, D, R, O, P, need
    [InlineData(1, 1, 1, 1, 0, 0)] // one of one, online: nothing, for ever
    [InlineData(1, 1, 1, 0, 0, 1)] // one of one, offline
    [InlineData(2, 2, 2, 2, 0, 0)]
    [InlineData(2, 2, 2, 1, 0, 1)] // two of two, one offline: hardly anything is reachable
    [InlineData(2, 2, 2, 1, 1, 0)] // and somebody is at it
    [InlineData(3, 3, 3, 3, 0, 0)]
    [InlineData(3, 3, 3, 1, 0, 0)] // three seen today: they will be back
    [InlineData(3, 3, 2, 2, 0, 0)]
    [InlineData(3, 3, 1, 1, 0, 1)] // half of three and one were not seen today
    [InlineData(5, 5, 5, 1, 0, 0)]
    [InlineData(5, 5, 3, 3, 0, 0)]
    [InlineData(5, 5, 2, 2, 0, 1)]
    [InlineData(5, 5, 1, 1, 0, 2)]
    [InlineData(5, 2, 2, 2, 0, 3)]
    [InlineData(5, 2, 2, 2, 2, 1)]
    [InlineData(5, 7, 7, 7, 0, 0)]
    [InlineData(5, 0, 0, 0, 0, 5)]
    public void Need_ByExample_IsAsTheReferenceSays(int n, int d, int r, int o, int p, int need) =>
        Assert.Equal(need, NeedRule.Need(new CopyCounts(n, d, r, o, p, d, r)));

    [Fact]
    public void Need_DrainingHolder_RaisesItByOneUntilReplaced()
    {
        Assert.Equal(1, NeedRule.Need(new CopyCounts(3, 3, 3, 3, 0, 2, 2)));
        Assert.Equal(0, NeedRule.Need(new CopyCounts(3, 3, 3, 3, 1, 2, 2)));
        Assert.Equal(0, NeedRule.Need(new CopyCounts(3, 4, 4, 4, 0, 3, 3)));
    }

    [Theory]
    // O, R, struck, P, need, class
    [InlineData(1, 5, 4, 0, 1, Urgency.U0)] // the last one within reach, and the others went in one moment
    [InlineData(1, 5, 3, 0, 1, Urgency.U1)]
    [InlineData(1, 5, 2, 0, 0, Urgency.U2)] // two more sleep as they do every day
    [InlineData(2, 5, 3, 0, 0, Urgency.U1)] // two are within reach
    [InlineData(1, 5, 4, 1, 0, Urgency.U0)] // somebody is at it
    public void Need_AfterABlow_IsOneMore_WhereOneIsWithinReach(
        int online, int recent, int struck, int claims, int need, Urgency urgency)
    {
        var counts = new CopyCounts(5, 5, recent, online, claims, 5, recent) { Struck = struck };
        Assert.Equal((need, urgency), (NeedRule.Need(counts), NeedRule.ClassOf(counts)));
    }

    [Fact]
    public void Need_EverythingOnline_IsTheDifferenceToTheTarget()
    {
        for (var n = 1; n <= 12; n++)
            for (var d = 0; d <= 14; d++)
                for (var p = 0; p <= 4; p++)
                    Assert.Equal(Math.Max(0, n - d - p), NeedRule.Need(new CopyCounts(n, d, d, d, p, d, d)));
    }

    [Fact]
    public void Need_AnyCounts_StaysWithinTargetLessOnlineLessClaims()
    {
        foreach (var c in AllCounts())
        {
            var need = NeedRule.Need(c);
            var atMost = Math.Max(0, c.Target - c.Online - c.Claims);
            Assert.True(need >= 0 && need <= atMost, $"{c}: need {need}, at most {atMost}");
            Assert.True(need >= c.Target - c.Durable - c.Claims, $"{c}: need {need} does not reach the target");
        }
    }

    [Fact]
    public void Need_OneCopyMoreOnline_NeverGrows()
    {
        foreach (var c in AllCounts())
        {
            var more = new CopyCounts(
                c.Target, c.Durable + 1, c.Recent + 1, c.Online + 1, c.Claims, c.Durable + 1, c.Recent + 1);
            Assert.True(NeedRule.Need(more) <= NeedRule.Need(c), $"{c}");
        }
    }

    [Theory]
    [InlineData(5, 0, Urgency.U0)]
    [InlineData(5, 1, Urgency.U0)]
    [InlineData(5, 2, Urgency.U1)]
    [InlineData(5, 3, Urgency.U2)]
    [InlineData(9, 3, Urgency.U2)]
    [InlineData(10, 3, Urgency.U1)]
    public void ClassOf_ByExample_FollowsTheRecentCopies(int target, int recent, Urgency urgency) =>
        Assert.Equal(urgency, NeedRule.ClassOf(target, recent));

    [Fact]
    public void UrgencyOf_EnoughCopiesButOneDomain_IsU3()
    {
        var counts = new CopyCounts(5, 4, 4, 4, 0, 4, 4);
        Assert.Equal(Urgency.U3, NeedRule.UrgencyOf(counts, 1, physical: 5));
        Assert.Equal(Urgency.U2, NeedRule.UrgencyOf(counts, 1, physical: 4));
        Assert.Equal(Urgency.None, NeedRule.UrgencyOf(counts, 0, physical: 5));
    }

    private static IEnumerable<CopyCounts> AllCounts() =>
        from n in Enumerable.Range(1, 10)
        from d in Enumerable.Range(0, 12)
        from r in Enumerable.Range(0, d + 1)
        from o in Enumerable.Range(0, r + 1)
        from p in Enumerable.Range(0, 4)
        select new CopyCounts(n, d, r, o, p, d, r);
}
