namespace WeightSwarm.Torrent.Engine;

/// <summary>
/// Matches libtorrent's flush reports with those who wait for them. libtorrent flushes a torrent in the order in which
/// it was asked, and also of its own accord when a torrent finishes or pauses, with the same report. So a waiter waits
/// for as many reports as are due, itself included.
/// </summary>
internal sealed class FlushLine
{
    private readonly List<Waiter> _waiters = [];
    private int _due;
    private Exception? _failure;

    /// <summary>A new flush is about to be asked for; the task ends when it is done.</summary>
    public Task Join()
    {
        lock (_waiters)
        {
            var waiter = new Waiter { Reports = ++_due };
            if (_failure is not null)
                waiter.Done.SetException(_failure);
            else
                _waiters.Add(waiter);
            return waiter.Done.Task;
        }
    }

    /// <summary>libtorrent flushes of its own accord, at a moment that is not known.</summary>
    public void Expect()
    {
        lock (_waiters)
        {
            _due++;
            foreach (var waiter in _waiters)
                waiter.Reports++;
        }
    }

    /// <summary>A report came. True: somebody still waits though no report need come; ask for one more flush.</summary>
    public bool Report()
    {
        lock (_waiters)
        {
            _due = Math.Max(0, _due - 1);
            foreach (var waiter in _waiters)
                if (--waiter.Reports <= 0)
                    waiter.Done.TrySetResult();
            _waiters.RemoveAll(static waiter => waiter.Reports <= 0);
            if (_waiters.Count == 0)
                return false;
            _due++;
            return true;
        }
    }

    /// <summary>No report will come any more, to these or to later waiters.</summary>
    public void Fail(Exception error)
    {
        lock (_waiters)
        {
            foreach (var waiter in _waiters)
                waiter.Done.TrySetException(error);
            _waiters.Clear();
            _failure = error;
        }
    }

    private sealed class Waiter
    {
        public int Reports { get; set; }
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
