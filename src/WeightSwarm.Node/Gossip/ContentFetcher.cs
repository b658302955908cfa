using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Gets manifests and .torrents by hash: from this node's store, else from peers, one after the other, until one has it
/// whole and its hash is right.
/// </summary>
public sealed class ContentFetcher(ContentStore store, ContentServer parts, SessionTable sessions, SwarmInbox inbox)
{
    private static readonly TimeSpan PartWait = TimeSpan.FromSeconds(10), SessionWait = TimeSpan.FromSeconds(5);

    /// <summary>The content, kept in the store from then on; null when no peer that can be reached has it.</summary>
    /// <param name="hash">SHA-256 of the content.</param>
    /// <param name="mostBytes">More than this is refused before it is received.</param>
    /// <param name="holders">Nodes that ought to have it; dialled when no connected peer does.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<byte[]?> GetAsync(
        Hash256 hash, long mostBytes, IReadOnlyList<NodeId> holders, CancellationToken cancellation)
    {
        if (store.Read(hash).Bytes is { } here) return here;
        var connected = sessions.Peers;
        foreach (var peer in connected.OrderByDescending(holders.Contains))
            if (await FromPeerAsync(peer, hash, mostBytes, cancellation) is { } bytes)
                return Keep(hash, bytes);
        foreach (var holder in holders.Except(connected))
            if (await ConnectAsync(holder, cancellation) &&
                await FromPeerAsync(holder, hash, mostBytes, cancellation) is { } bytes)
                return Keep(hash, bytes);
        return null;
    }

    private byte[] Keep(Hash256 hash, byte[] bytes)
    {
        store.Put(bytes);
        return store.Read(hash).Bytes ?? bytes;
    }

    private async Task<byte[]?> FromPeerAsync(NodeId peer, Hash256 hash, long mostBytes, CancellationToken cancellation)
    {
        byte[]? content = null;
        for (long offset = 0; content is null || offset < content.Length;)
        {
            var part = await AskAsync(peer, hash, offset, cancellation);
            if (part is null || part.Total == 0 || part.Total > (ulong)mostBytes || part.Data.IsEmpty) return null;
            content ??= new byte[part.Total];
            if ((long)part.Total != content.Length || offset + part.Data.Length > content.Length) return null;
            part.Data.Span.CopyTo(content.AsSpan((int)offset));
            offset += part.Data.Length;
        }
        return Hash256.Of(content) == hash ? content : null;
    }

    private async Task<ContentPart?> AskAsync(NodeId peer, Hash256 hash, long offset, CancellationToken cancellation)
    {
        var answer = parts.WaitAsync(hash, offset, PartWait, cancellation);
        var get = new ContentGet { Hash = ByteString.CopyFrom(hash.ToArray()), Offset = (ulong)offset };
        return sessions.SendTo(peer, new Frame { ContentGet = get }) > 0 ? await answer : null;
    }

    private async Task<bool> ConnectAsync(NodeId peer, CancellationToken cancellation)
    {
        var addresses = await inbox.AskAsync(core => PeerAddresses.Of(core, peer), cancellation);
        foreach (var address in addresses) sessions.Dial(address, peer);
        return addresses.Count > 0 && await Eventually(() => sessions.Peers.Contains(peer), cancellation);
    }

    private static async Task<bool> Eventually(Func<bool> condition, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var waited = TimeSpan.Zero; waited < SessionWait; waited += timer.Period)
        {
            if (condition()) return true;
            await timer.WaitForNextTickAsync(cancellation);
        }
        return condition();
    }
}
