namespace Grpc.Net.Client;

/// <summary>Helps tasks that the caller may or may not look at.</summary>
internal static class TaskExtensions
{
    /// <summary>The same task; its failure is no unobserved exception, since the call's status says the same.</summary>
    public static Task<T> Observed<T>(this Task<T> task)
    {
        _ = task.ContinueWith(
            static failed => failed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }
}
