namespace WeightSwarm.Node.Hosting;

/// <summary>
/// What a loop lets run beside itself because it waits long. Nobody awaits the single tasks, so a failure of any of
/// them is the failure of them all, and the loop that owns them ends with it. May be called from any thread.
/// </summary>
internal sealed class SideWork
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Never ends well: it fails with the first failure of what was started.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Starts something; returns as soon as it waits.</summary>
    public void Start(Func<Task> work) => _ = WatchAsync(work);

    private async Task WatchAsync(Func<Task> work)
    {
        var done = RunAsync(work);
        await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (done.IsFaulted) _failed.TrySetException(done.Exception.InnerExceptions);
        else if (done.IsCanceled) _failed.TrySetException(new TaskCanceledException(done));
    }

    // What is thrown before the first wait fails the task, too.
    private static async Task RunAsync(Func<Task> work) => await work().ConfigureAwait(false);
}
