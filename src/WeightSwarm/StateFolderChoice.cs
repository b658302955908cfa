using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Cli;

/// <summary>Which state folder a command means: <c>--state</c>, else WEIGHTSWARM_STATE, else the user's own.</summary>
internal static class StateFolderChoice
{
    /// <summary>The absolute path of the state folder.</summary>
    /// <exception cref="CliException">Nothing names one, and there is no home folder.</exception>
    public static string Of(string? option, Func<string, string?> environment, bool isRoot)
    {
        if (!string.IsNullOrEmpty(option)) return Path.GetFullPath(option);
        if (environment("WEIGHTSWARM_STATE") is { Length: > 0 } named) return Path.GetFullPath(named);
        try
        {
            return StateFolder.DefaultPath(isRoot, environment);
        }
        catch (SetupException e)
        {
            throw new CliException(ExitCode.Usage, "no-state-folder", e.Message);
        }
    }
}
