using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Output;

public class LossTextTests
{
    [Theory]
    [InlineData(0, "less than 1 in 1,000,000,000")]
    [InlineData(9.9e-10, "less than 1 in 1,000,000,000")]
    [InlineData(1.5e-7, "1 in 6,700,000")]
    [InlineData(2.5e-5, "1 in 40,000")]
    [InlineData(0.0094, "1 in 110")]
    [InlineData(0.09, "1 in 11")]
    [InlineData(0.0949, "1 in 11")]
    [InlineData(0.095, "10 in 100")]
    [InlineData(0.87, "87 in 100")]
    [InlineData(0.994, "99 in 100")]
    [InlineData(0.995, "almost certain")]
    [InlineData(1, "almost certain")]
    public void Of_AChance_HasTwoFiguresAtMost(double chance, string text) => Assert.Equal(text, LossText.Of(chance));

    [Fact]
    public async Task Health_WithChances_ShowsThemAndWhatTheyRestOn()
    {
        var (safe, lost) = (Samples.Health("a/a", "safe", 3), Samples.Health("b/b", "lost", 0));
        (safe.LossWithinAYear, lost.LossWithinAYear) = (2.5e-5, 1);
        var reply = new HealthReply
        {
            Models = { safe, lost },
            Lifetime = new LifetimeInfo { Days = 180, Words = "a node stays 180 days" },
        };
        var text = await FakeDaemon.Run(reply, "health");
        Assert.Matches(@"RISK   LOST IN A YEAR\n.*safe   1 in 40,000\n.*lost   lost now\n", text.Out);
        Assert.Contains(
            "\nchance of loss: a node stays 180 days, independently of others; see docs/durability.md\n", text.Out,
            StringComparison.Ordinal);
        var json = await FakeDaemon.Run(reply, "health", "--json");
        Assert.Contains("\"loss_within_a_year\": 2.5E-05\n", json.Out, StringComparison.Ordinal);
        Assert.Contains("\"lifetime\": {\n    \"days\": 180,\n    \"measured\": false,", json.Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_OfADrill_SaysThatNothingIsEstimated()
    {
        var reply = new HealthReply
        {
            Models = { Samples.Health("a/a", "safe", 3) },
            Lifetime = new LifetimeInfo { Words = "not estimated: drill" },
        };
        var text = await FakeDaemon.Run(reply, "health");
        Assert.DoesNotContain("LOST IN A YEAR", text.Out, StringComparison.Ordinal);
        Assert.Contains("\nchance of loss: not estimated: drill\n", text.Out, StringComparison.Ordinal);
    }
}
