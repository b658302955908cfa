using System.Globalization;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Tests.Node.Torrents;

public class LimitScheduleTests
{
    private static readonly TimeZoneInfo _berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Fact]
    public void At_WithoutRules_IsUnlimitedForEver() => Assert.Equal(
        new LimitDecision(default, "", null), LimitSchedule.Unlimited.At(Utc("2026-11-21T12:00"), _berlin));

    [Fact]
    public void At_DefaultAlone_NeverChanges() => Assert.Equal(
        new LimitDecision(new RateLimits(5, 0), "", null),
        Schedule(Rule(5, null)).At(Utc("2026-11-21T12:00"), _berlin));

    [Theory]
    // 2026-11-20 is a Friday; Berlin is an hour ahead.
    [InlineData("2026-11-20T06:59:30", 9, "2026-11-20T07:00")]
    [InlineData("2026-11-20T07:00", 1, "2026-11-20T17:00")]
    [InlineData("2026-11-20T17:00", 9, "2026-11-23T07:00")]
    [InlineData("2026-11-22T12:00", 9, "2026-11-23T07:00")]
    public void At_OverAWeek_KnowsWhatHoldsAndUntilWhen(string now, int up, string next)
    {
        var decision = Schedule(Rule(9, 9), Rule(1, null, "mon-fri 08:00-18:00")).At(Utc(now), _berlin);
        Assert.Equal((new RateLimits(up, 9), Utc(next)), (decision.Limits, decision.NextChange));
    }

    [Theory]
    // The night of 29 March 2026 has no 02:00 to 03:00; that of 25 October has it twice.
    [InlineData("02:30-05:00", "2026-03-28T23:00", "2026-03-29T01:00")]
    [InlineData("01:00-02:30", "2026-03-29T00:30", "2026-03-29T01:00")]
    [InlineData("02:15-02:45", "2026-03-28T12:00", "2026-03-30T00:15")]
    [InlineData("08:00-18:00", "2026-03-28T20:00", "2026-03-29T06:00")]
    [InlineData("08:00-18:00", "2026-10-24T20:00", "2026-10-25T07:00")]
    [InlineData("01:00-02:30", "2026-10-25T00:00", "2026-10-25T00:30")]
    [InlineData("01:00-02:30", "2026-10-25T00:31", "2026-10-25T01:00")]
    [InlineData("01:00-02:30", "2026-10-25T01:00", "2026-10-25T01:30")]
    public void At_WhenTheClocksChange_FollowsTheClockOnTheWall(string window, string now, string next) =>
        Assert.Equal(Utc(next), Schedule(Rule(7, 7, window)).At(Utc(now), _berlin).NextChange);

    [Fact]
    public void At_SeveralRulesHold_TheFirstThatNamesARateDecidesEachDirection()
    {
        var schedule = Schedule(Rule(3, 3), Rule(1, null, "mon-fri 08:00-18:00"), Rule(2, 2, "fri"));
        Assert.Equal(
            (new RateLimits(1, 2), "mon-fri 08:00-18:00"),
            schedule.At(Utc("2026-11-20T12:00"), _berlin) is var d ? (d.Limits, d.When) : default);
    }

    [Fact]
    public void At_RuleThatLiftsTheDefault_IsUnlimited() => Assert.Equal(
        new RateLimits(0, 3),
        Schedule(Rule(3, 3), Rule(0, null, "sat,sun")).At(Utc("2026-11-21T12:00"), _berlin).Limits);

    [Fact]
    public void At_RuleThatSaysTheSame_IsNoChange() => Assert.Null(
        Schedule(Rule(3, 3), Rule(3, 3, "fri")).At(Utc("2026-11-20T12:00"), _berlin).NextChange);

    [Fact]
    public void With_SameWindows_ChangesTheRuleWhereItStands()
    {
        var schedule = Schedule(Rule(3, 3), Rule(1, 1, "fri"), Rule(2, 2, "sat")).With(Rule(null, 0, "fri"));
        Assert.Equal(["fri", "sat", ""], schedule.Rules.Select(r => r.When));
        Assert.Equal((1, 0), (schedule.Rules[0].Up, schedule.Rules[0].Down));
    }

    [Fact]
    public void At_SixtyChangesInARow_EachIsAsTheOneBeforeSaid()
    {
        var schedule = Schedule(
            Rule(9, 9), Rule(1, 2, "mon-fri 08:00-18:00", "sat 22:00-02:30"), Rule(3, 3, "02:10-02:50"));
        var now = Utc("2026-01-01T00:00");
        for (var changes = 0; changes < 60; changes++)
        {
            var decision = schedule.At(now, _berlin);
            var next = decision.NextChange!.Value;
            Assert.NotEqual(decision.Limits, schedule.At(next, _berlin).Limits);
            var last = next.AddMinutes(-1) < now ? now : next.AddMinutes(-1);
            Assert.Equal(decision.Limits, schedule.At(last, _berlin).Limits);
            now = next;
        }
    }

    private static LimitSchedule Schedule(params LimitRule[] rules) => new(rules);

    private static LimitRule Rule(int? up, int? down, params string[] windows) =>
        new([.. windows.Select(w => WeekWindow.Parse(w)!)], up, down);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
