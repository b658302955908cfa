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
        try
        {
            await work().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever ends it must end the loop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed.TrySetException(e);
        }
    }
}
