using Microsoft.Extensions.Hosting;

namespace WeightSwarm.Node.Hosting;

/// <summary>
/// A loop that runs for the daemon's whole life. It never dies silently: when it throws, or returns while the daemon is
/// not stopping, the host stops with its reason and a non-zero exit code.
/// </summary>
public abstract class BackgroundLoop : IHostedService, IDisposable
{
    private readonly HostFailure _failure;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _disposed;

    /// <summary>With the place that failures are reported to.</summary>
    protected BackgroundLoop(HostFailure failure) => _failure = failure;

    /// <summary>How the loop is called in messages.</summary>
    protected virtual string Name => GetType().Name;

    /// <summary>
    /// The loop; ends when <paramref name="stopping"/> is cancelled, by returning or by OperationCanceledException.
    /// </summary>
    protected abstract Task ExecuteAsync(CancellationToken stopping);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Cancels the loop and waits for its end, or for the host's patience.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the loop owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
        // The container may know a loop under two names, and then disposes it twice.
        if (!disposing || _disposed) return;
        _disposed = true;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var stopping = _stopping.Token;
        var loop = LoopAsync(stopping);
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A clean end, with or without a cancellation: the host asked for it.
        if (!loop.IsFaulted && stopping.IsCancellationRequested) return;
        _failure.Stop(Name, loop.Exception?.InnerException ?? (loop.IsCanceled
            ? new TaskCanceledException(loop)
            : new InvalidOperationException("it ended although the daemon is not stopping")));
    }

    // What is thrown before the first wait fails the task, too.
    private async Task LoopAsync(CancellationToken stopping) => await ExecuteAsync(stopping).ConfigureAwait(false);
}
