using System.Collections.Concurrent;

namespace WeightSwarm.Node.Scrub;

/// <summary>A thread of its own for reading: priorities belong to threads, and a slow disk blocks no other's.</summary>
internal sealed class ReadingThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    /// <summary>Starts it.</summary>
    /// <param name="name">As debuggers show it.</param>
    /// <param name="idle">The disk serves it only when nobody else wants anything.</param>
    public ReadingThread(string name, bool idle) => new Thread(() =>
    {
        ScrubCalls.BeModest(idle);
        foreach (var work in _work.GetConsumingEnumerable()) work();
        _work.Dispose();
    })
    {
        IsBackground = true,
        Name = name,
    }.Start();

    /// <summary>Does the work on the thread; what it throws is the caller's.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>The thread ends after what it has been given.</summary>
    public void Dispose() => _work.CompleteAdding();
}
