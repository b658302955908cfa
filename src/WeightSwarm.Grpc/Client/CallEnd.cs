using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>How a call ends. The first of several ends counts.</summary>
internal sealed class CallEnd : IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly DateTime? _deadline;
    private readonly CancellationTokenRegistration _callerRegistration;
    private readonly CancellationTokenRegistration _channelRegistration;
    private Timer? _timer;
    private Result? _result;

    /// <summary>Watches the caller's token and the channel.</summary>
    /// <exception cref="ArgumentException">The deadline is not in UTC.</exception>
    public CallEnd(CallOptions options, CancellationToken channelShutdown)
    {
        _deadline = options.Deadline == DateTime.MaxValue ? null : options.Deadline;
        if (_deadline is { Kind: not DateTimeKind.Utc })
            throw new ArgumentException($"deadline {_deadline:O} is not in UTC; use DateTime.UtcNow", nameof(options));
        Token = _cancellation.Token;
        _callerRegistration = options.CancellationToken.UnsafeRegister(
            static self => ((CallEnd)self!).Cancel("the call was cancelled by its caller"), this);
        _channelRegistration = channelShutdown.UnsafeRegister(
            static self => ((CallEnd)self!).Cancel("the channel was disposed"), this);
        if (HasEnded) Release();
    }

    /// <summary>Signalled when the call has ended, however it did.</summary>
    public CancellationToken Token { get; }

    /// <summary>True once the call has ended.</summary>
    public bool HasEnded => Volatile.Read(ref _result) is not null;

    /// <summary>The exception that says how the call ended; null while it has not, or if it ended well.</summary>
    public RpcException? Failure => Volatile.Read(ref _result) is { Status.StatusCode: not StatusCode.OK } result
        ? new RpcException(result.Status, result.Trailers)
        : null;

    private Result Ended => Volatile.Read(ref _result)
        ?? throw new InvalidOperationException("the call has not ended: read its responses first");

    /// <summary>How the call ended.</summary>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public Status GetStatus() => Ended.Status;

    /// <summary>Trailers of the ended call.</summary>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public Metadata GetTrailers() => Ended.Trailers;

    /// <summary>Starts the deadline.</summary>
    /// <returns>The time that is left; null: no deadline.</returns>
    /// <exception cref="OperationCanceledException">It has passed already, or the call has ended.</exception>
    public TimeSpan? StartDeadline()
    {
        var left = _deadline - DateTime.UtcNow;
        if (left <= TimeSpan.Zero) PassDeadline();
        Token.ThrowIfCancellationRequested();
        lock (_gate)
        {
            // A deadline beyond the longest timer, 49 days, is kept by the server alone.
            if (_result is null && left <= LongestTimer)
                _timer = new Timer(OnDeadline, this, left.Value, Timeout.InfiniteTimeSpan);
        }

        return left;
    }

    /// <summary>Ends the call, unless it has ended.</summary>
    public void Finish(Status status, Metadata trailers)
    {
        lock (_gate)
        {
            if (_result is not null) return;
            Volatile.Write(ref _result, new Result(status, trailers));
        }

        Release();
        _cancellation.Cancel();
    }

    /// <summary>Ends the call by this side's wish, unless it has ended.</summary>
    public void Cancel(string reason) => Finish(new Status(StatusCode.Cancelled, reason), Metadata.Empty);

    /// <summary>Cancels the call, unless it has ended.</summary>
    public void Dispose() => Cancel("the call was disposed");

    private static void OnDeadline(object? self) => ((CallEnd)self!).PassDeadline();

    private void PassDeadline() =>
        Finish(new Status(StatusCode.DeadlineExceeded, "the deadline has passed"), Metadata.Empty);

    // Unregister, unlike Dispose, does not wait for a callback that may be the one that runs this.
    private void Release()
    {
        _callerRegistration.Unregister();
        _channelRegistration.Unregister();
        _timer?.Dispose();
    }

    private sealed record Result(Status Status, Metadata Trailers);
}
