using Grpc.Core;
using WeightSwarm.Cli.Connection;
using WeightSwarm.V1;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>A restore asked for over the control socket, so that a test sees its progress and its counters.</summary>
internal sealed class RestoreCall : IDisposable
{
    private readonly DaemonConnection _connection;
    private readonly CancellationTokenSource _cancel = new();
    private long _bytes;

    private RestoreCall(DaemonConnection connection, RestoreRequest request)
    {
        _connection = connection;
        Ended = RunAsync(request);
    }

    /// <summary>Bytes of the phase "fetching" that were reported last.</summary>
    public long Fetched => Interlocked.Read(ref _bytes);

    /// <summary>The result; faulted when the call failed.</summary>
    public Task<RestoreResult> Ended { get; }

    public static async Task<RestoreCall> StartAsync(
        DaemonProcess node, string model, string folder, params string[] files) => new(
        await DaemonConnection.OpenAsync(node.State, TimeProvider.System, default),
        new RestoreRequest { Model = model, Folder = folder, Files = { files } });

    /// <summary>As Ctrl-C does.</summary>
    public Task CancelAsync() => _cancel.CancelAsync();

    public void Dispose()
    {
        _connection.Dispose();
        _cancel.Dispose();
    }

    private async Task<RestoreResult> RunAsync(RestoreRequest request)
    {
        using var call = _connection.Client.Restore(request, cancellationToken: _cancel.Token);
        RestoreResult? result = null;
        await foreach (var step in call.ResponseStream.ReadAllAsync())
        {
            if (step.Progress is { Phase: "fetching" } at) Interlocked.Exchange(ref _bytes, (long)at.BytesDone);
            if (step.Result is not null) result = step.Result;
        }
        return result!;
    }
}
