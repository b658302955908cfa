using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Tests.Node.Torrents;

public class WeekWindowTests
{
    [Theory]
    [InlineData("mon-fri 08:00-18:00", "mon-fri 08:00-18:00")]
    [InlineData("MON-FRI 8:00-18:00", "mon-fri 08:00-18:00")]
    [InlineData("sun,sat", "sat,sun")]
    [InlineData("fri-mon 22:00-06:30", "mon,fri-sun 22:00-06:30")]
    [InlineData("22:00-24:00", "22:00-24:00")]
    [InlineData("22:00-00:00", "22:00-24:00")]
    [InlineData("00:00-24:00", "mon-sun")]
    [InlineData("mon-sun 01:00-02:00", "01:00-02:00")]
    [InlineData("wed", "wed")]
    public void Parse_Window_HasOneSpelling(string text, string expected)
    {
        var window = WeekWindow.Parse(text);
        Assert.Equal(expected, window?.ToString());
        Assert.Equal(window, WeekWindow.Parse(expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("someday")]
    [InlineData("mon-")]
    [InlineData("mon-tue-wed")]
    [InlineData("08:00")]
    [InlineData("08:00-08:00")]
    [InlineData("08:60-09:00")]
    [InlineData("24:00-25:00")]
    [InlineData("-1:00-09:00")]
    [InlineData("08:00-18:00 mon")]
    [InlineData("mon 08:00-18:00 x")]
    [InlineData("8:0-9:00")]
    public void Parse_AnythingElse_IsNone(string text) => Assert.Null(WeekWindow.Parse(text));

    [Theory]
    [InlineData("mon-fri 08:00-18:00", DayOfWeek.Monday, "07:59:59.9", false)]
    [InlineData("mon-fri 08:00-18:00", DayOfWeek.Monday, "08:00", true)]
    [InlineData("mon-fri 08:00-18:00", DayOfWeek.Friday, "17:59:59.9", true)]
    [InlineData("mon-fri 08:00-18:00", DayOfWeek.Friday, "18:00", false)]
    [InlineData("mon-fri 08:00-18:00", DayOfWeek.Sunday, "12:00", false)]
    [InlineData("sun 22:00-06:00", DayOfWeek.Sunday, "23:00", true)]
    [InlineData("sun 22:00-06:00", DayOfWeek.Monday, "05:59", true)]
    [InlineData("sun 22:00-06:00", DayOfWeek.Monday, "06:00", false)]
    [InlineData("sun 22:00-06:00", DayOfWeek.Sunday, "05:00", false)]
    [InlineData("sun", DayOfWeek.Sunday, "23:59:59.9", true)]
    public void Contains_LocalTime_IsOfTheWindow(string window, DayOfWeek day, string time, bool expected) =>
        Assert.Equal(expected, WeekWindow.Parse(window)!.Contains(
            day, TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));
}
