using System.Collections.Concurrent;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Manifests and .torrents by hash, in parts over the gossip streams: serves what this node has, and hands what comes
/// in to whoever waits for it.
/// </summary>
public sealed class ContentServer(ContentStore store)
{
    /// <summary>Bytes in one part.</summary>
    public const int PartBytes = 128 * 1024;

    private const int CachedContents = 8;

    private readonly ConcurrentDictionary<(Hash256 Hash, long Offset),
        TaskCompletionSource<ContentPart>> _waiting = new();
    private readonly Lock _lock = new();
    private readonly List<(Hash256 Hash, byte[] Bytes)> _recent = [];

    /// <summary>Answers a request; the store is read on a thread of its own, since it hashes what it reads.</summary>
    public void Serve(ContentGet get, Action<Frame> send)
    {
        if (!Hash256.TryRead(get.Hash.Span, out var hash)) return;
        _ = Task.Run(() => send(new Frame { ContentPart = PartOf(hash, (long)Math.Min(get.Offset, long.MaxValue)) }));
    }

    /// <summary>A part came in; one that nobody waits for is dropped, and the answer is no.</summary>
    public bool Received(ContentPart part) =>
        Hash256.TryRead(part.Hash.Span, out var hash) &&
        _waiting.TryRemove((hash, (long)part.Offset), out var waiter) && waiter.TrySetResult(part);

    /// <summary>Waits for a part that was asked for; null when it does not come in time.</summary>
    public async Task<ContentPart?> WaitAsync(Hash256 hash, long offset, TimeSpan wait, CancellationToken cancellation)
    {
        var waiter = _waiting.GetOrAdd((hash, offset), _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            return await waiter.Task.WaitAsync(wait, cancellation);
        }
        catch (TimeoutException)
        {
            _waiting.TryRemove((hash, offset), out _);
            return null;
        }
    }

    private ContentPart PartOf(Hash256 hash, long offset)
    {
        var part = new ContentPart { Hash = ByteString.CopyFrom(hash.ToArray()), Offset = (ulong)offset };
        if (Read(hash) is not { } bytes || offset >= bytes.Length) return part;
        part.Total = (ulong)bytes.Length;
        part.Data = ByteString.CopyFrom(bytes.AsSpan((int)offset, (int)Math.Min(PartBytes, bytes.Length - offset)));
        return part;
    }

    private byte[]? Read(Hash256 hash)
    {
        lock (_lock)
        {
            var known = _recent.FindIndex(c => c.Hash == hash);
            if (known >= 0) return _recent[known].Bytes;
        }
        var bytes = store.Read(hash).Bytes;
        if (bytes is null) return null;
        lock (_lock)
        {
            _recent.Add((hash, bytes));
            if (_recent.Count > CachedContents) _recent.RemoveAt(0);
        }
        return bytes;
    }
}
