using System.Globalization;
using Grpc.Core;

namespace WeightSwarm.Cli.Connection;

/// <summary>What the daemon's errors mean to the command line.</summary>
internal static class DaemonErrors
{
    /// <summary>
    /// The exit code and the word that the daemon sends in trailers; where it sends none, as for an error of the
    /// transport, what the status says.
    /// </summary>
    public static CliException From(RpcException error)
    {
        var (exitCode, code) = FromStatus(error.StatusCode);
        if (Trailer(error, "weightswarm-exit") is { } number && TryExitCode(number, out var said)) exitCode = said;
        var detail = error.Status.Detail;
        var message = string.IsNullOrEmpty(detail) ? $"the daemon answered {error.StatusCode}" : detail;
        return new CliException(exitCode, Trailer(error, "weightswarm-code") ?? code, message);
    }

    /// <summary>The daemon closed the stream of <paramref name="verb"/> well, and yet gave no result.</summary>
    public static CliException NoResult(string verb) => new(ExitCode.Failure, "no-result",
        $"the daemon ended '{verb}' without a result; its log says why");

    private static string? Trailer(RpcException error, string key) => error.Trailers.GetValue(key);

    private static bool TryExitCode(string number, out ExitCode exitCode)
    {
        exitCode = default;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return false;
        exitCode = (ExitCode)value;
        // Zero is no error, and a number from a newer daemon is a failure that this version cannot tell apart.
        return value != 0 && Enum.IsDefined(exitCode);
    }

    private static (ExitCode Exit, string Code) FromStatus(StatusCode status) => status switch
    {
        StatusCode.Unavailable => (ExitCode.DaemonUnreachable, "daemon-unreachable"),
        StatusCode.InvalidArgument => (ExitCode.Usage, "invalid-argument"),
        StatusCode.NotFound => (ExitCode.NotFound, "not-found"),
        StatusCode.PermissionDenied or StatusCode.FailedPrecondition => (ExitCode.Refused, "refused"),
        StatusCode.DataLoss => (ExitCode.VerificationFailed, "verification-failed"),
        StatusCode.DeadlineExceeded => (ExitCode.Incomplete, "timed-out"),
        StatusCode.Cancelled => (ExitCode.Interrupted, "interrupted"),
        _ => (ExitCode.Failure, "failure"),
    };
}
