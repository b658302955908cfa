using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WeightSwarm.Tests.Support;

/// <summary>Waits for conditions. The only place in the tests where time passes by itself.</summary>
public static class Eventually
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns when the condition holds; fails when it does not by the deadline.</summary>
    /// <param name="condition">Asked every 10 ms.</param>
    /// <param name="deadline">Generous: it only bounds how long a failure takes.</param>
    /// <param name="describe">What is there instead, for the message.</param>
    public static Task True(Func<bool> condition, TimeSpan deadline, Func<string> describe) =>
        True(() => Task.FromResult(condition()), deadline, describe);

    /// <summary>As the other overload, for a condition that must be awaited.</summary>
    public static async Task True(Func<Task<bool>> condition, TimeSpan deadline, Func<string> describe)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > deadline)
                Assert.Fail($"waited {deadline.TotalSeconds:0.#} s in vain; now: {describe()}");
            await Task.Delay(_interval);
        }
    }

    /// <summary>Turns at a rate, for what must go on while a test waits for something else; from 0, until
    /// cancelled.</summary>
    public static async IAsyncEnumerable<int> Every(
        TimeSpan period, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(period);
        for (var turn = 0; await timer.WaitForNextTickAsync(cancellation); turn++) yield return turn;
    }

    /// <summary>Awaits the task; fails when it does not end by the deadline.</summary>
    public static async Task<T> Ends<T>(Task<T> task, TimeSpan deadline, Func<string> describe)
    {
        await True(() => task.IsCompleted, deadline, describe);
        return await task;
    }

    /// <summary>Awaits the task; fails when it does not end by the deadline.</summary>
    public static async Task Ends(Task task, TimeSpan deadline, Func<string> describe)
    {
        await True(() => task.IsCompleted, deadline, describe);
        await task;
    }
}
