namespace WeightSwarm.Cli;

/// <summary>What the process ends with: the only table of exit codes.</summary>
internal enum ExitCode
{
    Ok = 0,
    Failure = 1,
    Usage = 2,
    NotFound = 3,
    DaemonUnreachable = 4,
    Refused = 5,
    VerificationFailed = 6,
    Incomplete = 7,
    NoSpace = 8,

    /// <summary><c>health</c> answered, and a model is below <c>thin</c>.</summary>
    BelowThin = 10,

    /// <summary>128 + SIGINT, as shells count.</summary>
    Interrupted = 130,
}
