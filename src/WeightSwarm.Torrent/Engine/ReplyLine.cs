namespace WeightSwarm.Torrent.Engine;

/// <summary>Those who wait for replies that come in the order of the questions.</summary>
/// <typeparam name="T">What a reply holds.</typeparam>
internal sealed class ReplyLine<T>
{
    private readonly Queue<TaskCompletionSource<T>> _waiters = [];
    private Exception? _failure;

    /// <summary>A question is about to be asked; the task ends with its reply.</summary>
    public Task<T> Join()
    {
        var waiter = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters)
        {
            if (_failure is not null)
                waiter.SetException(_failure);
            else
                _waiters.Enqueue(waiter);
        }
        return waiter.Task;
    }

    /// <summary>The next reply.</summary>
    public void Reply(T value) => Next()?.TrySetResult(value);

    /// <summary>The next reply is a refusal.</summary>
    public void Refuse(Exception error) => Next()?.TrySetException(error);

    /// <summary>No reply will come any more, to these or to later questions.</summary>
    public void Fail(Exception error)
    {
        lock (_waiters)
        {
            _failure = error;
            while (_waiters.TryDequeue(out var waiter))
                waiter.TrySetException(error);
        }
    }

    private TaskCompletionSource<T>? Next()
    {
        lock (_waiters)
            return _waiters.TryDequeue(out var waiter) ? waiter : null;
    }
}
