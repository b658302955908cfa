using Grpc.Core;

namespace WeightSwarm.Node.Control;

/// <summary>
/// Progress towards a client: offered from any thread, sent a few times a second, one write at a time; what comes too
/// soon is dropped, since the next says more. The result is sent after the last of it.
/// </summary>
internal sealed class ProgressStream<T>(IServerStreamWriter<T> writer, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(150);

    private readonly Lock _lock = new();
    private Task _writing = Task.CompletedTask;
    private long _last;

    public void Offer(T progress)
    {
        lock (_lock)
        {
            if (!_writing.IsCompletedSuccessfully || _last != 0 && time.GetElapsedTime(_last) < Gap) return;
            _last = time.GetTimestamp();
            _writing = writer.WriteAsync(progress);
        }
    }

    public async Task FinishAsync(T result)
    {
        await _writing;
        await writer.WriteAsync(result);
    }
}
