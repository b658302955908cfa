using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Ends a call for the client when its time is over, whether or not the handler listens, and cancels the handler.
/// </summary>
internal sealed class CallDeadline : IAsyncDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ResponseBody _body;
    private readonly CancellationTokenSource _cancellation;
    private readonly Timer _timer;
    private Task _ending = Task.CompletedTask;

    public CallDeadline(TimeSpan timeout, ResponseBody body, CancellationToken clientGone)
    {
        _body = body;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        Token = _cancellation.Token;
        var now = DateTime.UtcNow;
        Time = timeout < DateTime.MaxValue - now ? now + timeout : DateTime.MaxValue;
        // A deadline beyond the longest timer, 49 days, is told to the handler and not enforced.
        var due = timeout <= LongestTimer ? timeout : Timeout.InfiniteTimeSpan;
        _timer = new Timer(_ => Pass(), null, due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>When the call ends, in UTC.</summary>
    public DateTime Time { get; }

    /// <summary>Signalled when time is over or the client has gone.</summary>
    public CancellationToken Token { get; }

    /// <summary>True once time is over.</summary>
    public bool HasPassed { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _ending;
        _cancellation.Dispose();
    }

    private void Pass()
    {
        HasPassed = true;
        _ending = _body.EndAsync(new Status(StatusCode.DeadlineExceeded, "the deadline has passed"), Metadata.Empty);
        _cancellation.Cancel();
    }
}
