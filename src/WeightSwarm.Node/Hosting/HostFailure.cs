using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WeightSwarm.Node.Hosting;

/// <summary>
/// Why the daemon stops itself: the first background loop that failed. The daemon's exit code comes from here.
/// </summary>
public sealed partial class HostFailure
{
    private readonly Lock _lock = new();
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<HostFailure> _logger;
    private string? _reason;

    /// <summary>For the host of that lifetime.</summary>
    public HostFailure(IHostApplicationLifetime lifetime, ILogger<HostFailure> logger) =>
        (_lifetime, _logger) = (lifetime, logger);

    /// <summary>What failed first, in words; null while all is well.</summary>
    public string? Reason
    {
        get { lock (_lock) return _reason; }
    }

    /// <summary>0 while all is well, else 1.</summary>
    public int ExitCode => Reason is null ? 0 : 1;

    /// <summary>Logs the failure and stops the host.</summary>
    /// <param name="loop">What failed.</param>
    /// <param name="error">How.</param>
    public void Stop(string loop, Exception error)
    {
        lock (_lock) _reason ??= $"{loop} failed: {error.Message}";
        LogStopping(error, loop, error.Message);
        _lifetime.StopApplication();
    }

    [LoggerMessage(1, LogLevel.Critical, "{Loop} failed, and the daemon stops: {Message}")]
    private partial void LogStopping(Exception error, string loop, string message);
}
