namespace WeightSwarm.Cli;

/// <summary>An expected end other than success: a message for people, a word and an exit code for programs.</summary>
internal sealed class CliException(ExitCode exitCode, string code, string message) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>Stable, in kebab-case.</summary>
    public string Code { get; } = code;
}
