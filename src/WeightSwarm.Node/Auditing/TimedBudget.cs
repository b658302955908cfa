using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// How many timed hashes this node makes: each costs it up to 64 MiB of reading. For one peer eight at once and one in
/// 90 minutes after that, which is 1 GiB a day; for all together 32 at once and one in five minutes, which is 19 GB a
/// day. May be used from any thread.
/// </summary>
public sealed class TimedBudget(TimeProvider time)
{
    /// <summary>So many at once for one peer.</summary>
    public const int Burst = 8;

    /// <summary>So many at once for all together.</summary>
    public const int BurstOfAll = 32;

    private const int MostPeers = 4096;
    private static readonly TimeSpan _refill = TimeSpan.FromMinutes(90), _refillOfAll = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, (long SinceStamp, int Spent)> _peers = [];
    private (long SinceStamp, int Spent) _all;

    /// <summary>Takes one from a peer's budget and from that of all; false when either has none left.</summary>
    public bool TryTake(NodeId peer)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var all = Back(_all, now, _refillOfAll);
            var own = Back(_peers.GetValueOrDefault(peer), now, _refill);
            if (all.Spent >= BurstOfAll || own.Spent >= Burst) return false;
            // Whoever fills the table with new keys has still no more than what is left for all.
            if (_peers.Count >= MostPeers && !_peers.ContainsKey(peer)) _peers.Clear();
            _peers[peer] = (own.SinceStamp, own.Spent + 1);
            _all = (all.SinceStamp, all.Spent + 1);
            return true;
        }
    }

    private (long SinceStamp, int Spent) Back((long SinceStamp, int Spent) budget, long now, TimeSpan refill)
    {
        if (budget.Spent == 0) return (now, 0);
        var back = (int)Math.Min(budget.Spent, time.GetElapsedTime(budget.SinceStamp, now) / refill);
        if (back == budget.Spent) return (now, 0);
        var since = budget.SinceStamp + (long)(back * refill.TotalSeconds * time.TimestampFrequency);
        return (since, budget.Spent - back);
    }
}
