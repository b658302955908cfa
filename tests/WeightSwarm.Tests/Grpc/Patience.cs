namespace WeightSwarm.Tests.Grpc;

/// <summary>Waits with an end, so that a test that hangs says where.</summary>
internal static class Patience
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>The task's result, or a failure that names what did not happen.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await ((Task)task).Within(what);
        return await task;
    }

    /// <summary>The task's end, or a failure that names what did not happen.</summary>
    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Longest);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"not within {Longest.TotalSeconds} s: {what}");
        }
    }
}
