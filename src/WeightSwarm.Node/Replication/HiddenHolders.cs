using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Reaches holders that cannot be dialled: over the gossip stream that they keep to this node they are asked to open
/// the BitTorrent connection themselves.
/// </summary>
public sealed class HiddenHolders(SwarmInbox inbox, SessionTable sessions, Clock clock)
{
    // Far below what a peer may ask for, however many models are fetched.
    private const long AgainMs = 10_000, ApartMs = 400;

    private readonly Lock _lock = new();
    private readonly Dictionary<(NodeId Holder, Hash256 Model, int Port), long> _calledMs = [];
    private readonly Dictionary<NodeId, long> _lastMs = [];

    /// <summary>Asks every one that holds any of the model and has a stream with this node, now and then while this is
    /// repeated.</summary>
    /// <param name="model">Which.</param>
    /// <param name="port">Of the engine that fetches.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task CallAsync(Hash256 model, int port, CancellationToken cancellation)
    {
        var hidden = await inbox.AskAsync(
            core => SourcePeers.Holders(core, model).Where(n => PeerAddresses.Of(core, n).Count == 0).ToList(),
            cancellation);
        var call = new Call { Model = ByteString.CopyFrom(model.ToArray()), Port = (uint)port };
        foreach (var holder in hidden.Where(holder => IsDue(holder, model, port)))
            sessions.SendTo(holder, new Frame { Call = call });
    }

    private bool IsDue(NodeId holder, Hash256 model, int port)
    {
        lock (_lock)
        {
            var now = clock.Now.MonotonicMs;
            foreach (var (old, _) in _calledMs.Where(c => now - c.Value >= AgainMs).ToList()) _calledMs.Remove(old);
            if (_calledMs.ContainsKey((holder, model, port))) return false;
            if (now - _lastMs.GetValueOrDefault(holder, long.MinValue / 2) < ApartMs) return false;
            _calledMs[(holder, model, port)] = _lastMs[holder] = now;
            return true;
        }
    }
}
