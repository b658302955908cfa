using System.Runtime.CompilerServices;

namespace WeightSwarm.Benchmarks;

/// <summary>The only place in the benchmarks where time passes by itself.</summary>
internal static class Pause
{
    /// <summary>Between two looks at a condition of another process: 20 ms.</summary>
    public static Task BeforeLookingAgainAsync() => Task.Delay(TimeSpan.FromMilliseconds(20));

    /// <summary>
    /// For as long as something is measured: a rate is what happens within a time, and no condition ends that.
    /// </summary>
    public static Task WhileMeasuringAsync(TimeSpan window) => Task.Delay(window);

    /// <summary>Turns at a rate, for what goes on while something is measured; from 0, until cancelled.</summary>
    public static async IAsyncEnumerable<int> Every(
        TimeSpan period, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(period);
        for (var turn = 0; await timer.WaitForNextTickAsync(cancellation); turn++) yield return turn;
    }
}
