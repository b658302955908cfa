using WeightSwarm.Cli;

namespace WeightSwarm.Tests.Cli;

public class StateFolderChoiceTests
{
    [Theory]
    [InlineData("/opt/s", "/e", "/x", "/h", true, "/opt/s")]
    [InlineData(null, "/e", "/x", "/h", true, "/e")]
    [InlineData(null, null, "/x", "/h", true, "/var/lib/weightswarm")]
    [InlineData(null, null, "/x", "/h", false, "/x/weightswarm")]
    [InlineData(null, null, "relative", "/h", false, "/h/.local/state/weightswarm")]
    [InlineData(null, null, null, "/h", false, "/h/.local/state/weightswarm")]
    [InlineData(null, "", null, "/h", false, "/h/.local/state/weightswarm")]
    public void StateFolder_IsChosen_InThisOrder(
        string? option, string? named, string? xdg, string? home, bool isRoot, string expected)
    {
        var variables = new Dictionary<string, string?>
        {
            ["WEIGHTSWARM_STATE"] = named,
            ["XDG_STATE_HOME"] = xdg,
            ["HOME"] = home,
        };
        Assert.Equal(expected, StateFolderChoice.Of(option, variables.GetValueOrDefault, isRoot));
    }

    [Fact]
    public void StateFolder_WithoutHome_IsAskedFor()
    {
        var error = Assert.Throws<CliException>(() => StateFolderChoice.Of(null, _ => null, isRoot: false));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("--state", error.Message, StringComparison.Ordinal);
    }
}
