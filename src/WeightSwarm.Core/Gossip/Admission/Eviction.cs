namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>A stream that somebody else opened, and that nothing needs for certain.</summary>
/// <param name="Session">Which.</param>
/// <param name="Network">The wide network that it comes from; null for a private address.</param>
/// <param name="OpenedMs">Since when, monotonic.</param>
/// <param name="RttMs">Its last round trip; -1 while unknown.</param>
/// <param name="BroughtMs">When it last brought a record that was new; <see cref="long.MinValue"/> for never.</param>
internal readonly record struct Guest(
    SessionId Session, AddressGroup? Network, long OpenedMs, long RttMs, long BroughtMs);

/// <summary>
/// Who goes when another stream wants in, after Bitcoin Core's eviction (Heilman, Kendler, Zohar and Goldberg, 2015,
/// countermeasures): some are kept from networks that nobody can aim at, the nearest, those that brought something
/// last, and of the rest the half that lasted longest. An attacker is seldom all of these. Of whom is left the newest
/// goes that comes from the network with the most.
/// </summary>
internal static class Eviction
{
    private const int FromNetworks = 4, Nearest = 8, Useful = 4;

    /// <summary>The stream to end, or null when all are worth keeping.</summary>
    /// <param name="guests">In any order.</param>
    /// <param name="secret">Draws the networks that are kept.</param>
    public static SessionId? Choose(IReadOnlyCollection<Guest> guests, ulong secret)
    {
        var left = guests.OrderBy(g => g.Session).ToList();
        Keep(left, FromNetworks, left.Where(g => g.Network is not null).OrderBy(g => Draw(g.Network!.Value, secret)));
        Keep(left, Nearest, left.Where(g => g.RttMs >= 0).OrderBy(g => g.RttMs));
        Keep(left, Useful, left.Where(g => g.BroughtMs > long.MinValue).OrderByDescending(g => g.BroughtMs));
        Keep(left, left.Count / 2, left.OrderBy(g => g.OpenedMs));
        return left.Count == 0 ? null : left
            .GroupBy(g => g.Network).OrderByDescending(g => g.Key is null ? 1 : g.Count()).First()
            .OrderByDescending(g => g.OpenedMs).ThenByDescending(g => g.Session).First().Session;
    }

    private static void Keep(List<Guest> left, int most, IEnumerable<Guest> best)
    {
        foreach (var guest in best.Take(most).ToList()) left.Remove(guest);
    }

    private static ulong Draw(AddressGroup network, ulong secret) =>
        SplitMix64.Mix(SplitMix64.Mix(network.Prefix ^ secret) + (network.IsV6 ? 1UL : 0));
}
