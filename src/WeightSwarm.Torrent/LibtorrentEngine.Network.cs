using System.Diagnostics;
using System.Globalization;
using System.Net;
using WeightSwarm.Torrent.Engine;

namespace WeightSwarm.Torrent;

/// <summary>Calls on the whole engine: limits, counters, the DHT, ports.</summary>
public sealed partial class LibtorrentEngine
{
    private const int DhtKeySize = 20;

    /// <inheritdoc />
    public Task SetLimitsAsync(
        int uploadBytesPerSecond, int downloadBytesPerSecond, CancellationToken cancellation) =>
        RunAsync(
            () => _session.Apply(EngineSettings.Limits(uploadBytesPerSecond, downloadBytesPerSecond)), cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, long>> GetCountersAsync(CancellationToken cancellation)
    {
        ThrowIfDisposed();
        var reply = _replies.Counters.Join();
        await RunAsync(_session.PostCounters, CancellationToken.None).ConfigureAwait(false);
        return await reply.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The DHT's nodes and id, for <see cref="TorrentEngineOptions.SavedState"/> of the next run.</summary>
    public Task<byte[]> SaveStateAsync(CancellationToken cancellation) => RunAsync(_session.SaveState, cancellation);

    /// <inheritdoc />
    public Task AddDhtNodeAsync(IPEndPoint node, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(node);
        return RunAsync(() => _session.DhtAddNode(node), cancellation);
    }

    /// <inheritdoc />
    public Task EnterDhtAsync(CancellationToken cancellation) => RunAsync(
        () =>
        {
            // libtorrent resolves the names when the setting changes, and only then.
            _session.Apply(EngineSettings.DhtEntrances(""));
            _session.Apply(EngineSettings.DhtEntrances(EngineSettings.EntrancesOf(_options)));
        }, cancellation);

    /// <inheritdoc />
    public Task DhtAnnounceAsync(ReadOnlyMemory<byte> key, int port, CancellationToken cancellation)
    {
        CheckDhtKey(key);
        return RunAsync(() => _session.DhtAnnounce(key.Span, port), cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<IPEndPoint>> DhtLookupAsync(
        ReadOnlyMemory<byte> key, TimeSpan wait, CancellationToken cancellation)
    {
        CheckDhtKey(key);
        ThrowIfDisposed();
        var begun = Stopwatch.GetTimestamp();
        var lookup = _replies.BeginLookup(key.Span);
        try
        {
            await RunAsync(() => _session.DhtGetPeers(key.Span), cancellation).ConfigureAwait(false);
            if (await EndsWithinAsync(lookup.First, wait, cancellation).ConfigureAwait(false))
                await Task.Delay(Rest(wait, begun), cancellation).ConfigureAwait(false);
            return lookup.Peers();
        }
        finally
        {
            _replies.End(lookup);
        }
    }

    /// <inheritdoc />
    public async Task<int?> MapPortAsync(int localPort, TimeSpan wait, CancellationToken cancellation)
    {
        ThrowIfDisposed();
        if (!_options.TouchesTheInternet)
            return null;
        var request = await RunAsync(
            () => _replies.BeginPortRequest(() => _session.MapPort(localPort)), cancellation).ConfigureAwait(false);
        try
        {
            if (await EndsWithinAsync(request.Result, wait, cancellation).ConfigureAwait(false))
                return await request.Result.ConfigureAwait(false);
            foreach (var mapping in request.Mappings)
                _session.UnmapPort(mapping);
            return null;
        }
        finally
        {
            _replies.End(request);
        }
    }

    // What is left of the wait, but no more than nodes that are slower than the first are worth.
    private static TimeSpan Rest(TimeSpan wait, long begun)
    {
        var left = wait - Stopwatch.GetElapsedTime(begun);
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < MorePeersWait ? left : MorePeersWait;
    }

    private static void CheckDhtKey(ReadOnlyMemory<byte> key)
    {
        if (key.Length != DhtKeySize)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A DHT key has {DhtKeySize} bytes; this one has {key.Length}."), nameof(key));
    }

    private static async Task<bool> EndsWithinAsync(Task task, TimeSpan wait, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ended = await Task.WhenAny(task, Task.Delay(wait, ending.Token)).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return ended == task;
    }
}
