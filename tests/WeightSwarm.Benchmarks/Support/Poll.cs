namespace WeightSwarm.Benchmarks;

/// <summary>Paces those who look at a condition of another process again and again.</summary>
internal static class Poll
{
    /// <summary>Returns when it is time to look again: after 20 ms.</summary>
    public static async Task AgainAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        await timer.WaitForNextTickAsync();
    }
}
