using System.Globalization;
using Grpc.Core;

namespace WeightSwarm.Node.Control;

/// <summary>How a verb ends; the numbers are the CLI's exit codes (design section 10).</summary>
public enum ControlExit
{
    /// <summary>Failure without a number of its own.</summary>
    Failure = 1,
    /// <summary>The words of the command are wrong.</summary>
    Usage = 2,
    /// <summary>No such model, folder, node.</summary>
    NotFound = 3,
    /// <summary>Refused by policy.</summary>
    Refused = 5,
    /// <summary>Bytes are not what they must be.</summary>
    VerificationFailed = 6,
    /// <summary>Incomplete, or timed out.</summary>
    Incomplete = 7,
    /// <summary>No space.</summary>
    NoSpace = 8,
}

/// <summary>An expected end of a verb that is not success; the message names the thing, the value and the
/// remedy.</summary>
/// <param name="exit">The CLI's exit code.</param>
/// <param name="code">A stable word for scripts.</param>
/// <param name="message">For people.</param>
public sealed class ControlException(ControlExit exit, string code, string message) : Exception(message)
{
    /// <summary>The CLI's exit code.</summary>
    public ControlExit Exit => exit;

    /// <summary>A stable word for scripts.</summary>
    public string Code => code;

    /// <summary>The same as a gRPC error.</summary>
    public RpcException ToRpc() => new(
        new Status(StatusOf(exit), Message),
        new Metadata
        {
            { "weightswarm-exit", ((int)exit).ToString(CultureInfo.InvariantCulture) },
            { "weightswarm-code", code },
        });

    private static StatusCode StatusOf(ControlExit exit) => exit switch
    {
        ControlExit.Usage => StatusCode.InvalidArgument,
        ControlExit.NotFound => StatusCode.NotFound,
        ControlExit.Refused => StatusCode.FailedPrecondition,
        ControlExit.VerificationFailed => StatusCode.DataLoss,
        ControlExit.Incomplete => StatusCode.DeadlineExceeded,
        ControlExit.NoSpace => StatusCode.ResourceExhausted,
        _ => StatusCode.Unknown,
    };
}
