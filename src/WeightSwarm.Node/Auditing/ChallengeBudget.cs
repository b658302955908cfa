using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// How many proofs a peer may ask for: a burst, then one every two seconds. A proof costs its holder up to eight pieces
/// of reading. May be used from any thread.
/// </summary>
public sealed class ChallengeBudget(TimeProvider time)
{
    /// <summary>So many at once.</summary>
    public const int Burst = 64;

    private const int MostPeers = 4096;
    private static readonly TimeSpan _refill = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, (long SinceStamp, int Spent)> _peers = [];

    /// <summary>Takes one from a peer's budget; false when there is none left.</summary>
    public bool TryTake(NodeId peer)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var (since, spent) = _peers.GetValueOrDefault(peer, (now, 0));
            var back = (int)Math.Min(spent, time.GetElapsedTime(since, now) / _refill);
            if (back > 0) (since, spent) = (now, spent - back);
            if (spent >= Burst) return false;
            if (_peers.Count >= MostPeers && !_peers.ContainsKey(peer)) _peers.Clear();
            _peers[peer] = (spent == 0 ? now : since, spent + 1);
            return true;
        }
    }
}
