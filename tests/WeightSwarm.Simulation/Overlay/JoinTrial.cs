using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// A newcomer with an invite to three nodes of a few that know everything: until it knows everything, too. Each member
/// has a node record and two holdings, written within a day, or in the last month and kept by a renewal of the last
/// day. What checking their signatures takes does not count here. In a network that is parted the few know, and the
/// newcomer gets, all but the holdings of most buckets.
/// </summary>
internal static class JoinTrial
{
    private const long Second = 1_000, Minute = 60 * Second, Day = 86_400 * Second;
    private const int Veterans = 6, HoldingsOfOne = 2;

    /// <param name="seed">Of the run.</param>
    /// <param name="members">How many there are.</param>
    /// <param name="renewed">Their records are up to a month old.</param>
    /// <param name="figures">What comes of it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="buckets">To how many buckets they subscribe; null: the network is not parted.</param>
    public static void Run(
        ulong seed, int members, bool renewed, SortedDictionary<string, long> figures, TextWriter? progress,
        int? buckets = null)
    {
        var world = new OverlayWorld(seed, Veterans + 1);
        var newcomer = world.Nodes[Veterans];
        var charter = world.Charter();
        var records = Enumerable.Range(Veterans + 1, members)
            .SelectMany(m => renewed ? RenewedOf(world, seed, m, buckets) : RecordsOf(world, seed, m, Day, buckets))
            .Where(r => buckets is null || Bucket.Of(r, Bucket.MostBits) < buckets).ToList();
        var addresses = Enumerable.Range(0, Veterans).Select(OverlayNet.AddressOf).ToList();
        foreach (var node in world.Nodes.Take(Veterans))
        {
            node.Records.Offer(charter, world.Now);
            foreach (var record in records) node.Records.Offer(record, world.Now);
            node.Start([], addresses);
        }
        world.RunFor(2 * Minute);
        progress?.WriteLine($"{records.Count} records, {GC.GetTotalMemory(false) >> 20} MiB");
        newcomer.Start([], addresses.Take(3));
        var everything = world.Nodes[0].Records.Count;
        var ms = world.RunUntil(30 * Minute, 100, () => newcomer.Records.Count >= everything);
        figures["offences"] = world.Nodes.Sum(n => n.Offences);
        figures["records"] = everything;
        figures["bytes of the records"] = records.Sum(r => (long)r.Bytes.Length);
        figures["ms until it knows them"] = ms;
        figures["bytes received until then"] = world.Net.SentTo[Veterans];
        figures["bytes sent until then"] = world.Net.SentBy[Veterans];
    }

    private static IEnumerable<Record> RenewedOf(OverlayWorld world, ulong seed, int member, int? buckets)
    {
        var kept = RecordsOf(world, seed, member, 30 * Day, buckets).ToList();
        var issuedMs = world.Now.UnixMs - world.Random.Below(Day);
        var renewal = EnvelopeCodec.Write(
            new WideKey(seed, member), world.Network, RecordKind.Renewal, [],
            Renewals.Write(kept.Select(r => r.Id.Prefix)), (ulong)issuedMs, issuedMs, Pace.Real.LeaseTtlMs);
        return [renewal, .. kept];
    }

    private static IEnumerable<Record> RecordsOf(
        OverlayWorld world, ulong seed, int member, long withinMs, int? buckets)
    {
        var key = new WideKey(seed, member);
        var issuedMs = world.Now.UnixMs - world.Random.Below(withinMs);
        var holdings = Enumerable.Range(member, HoldingsOfOne)
            .Select(model => Samples.Holding(world.Network, key, model, (ulong)issuedMs, issuedMs)).ToList();
        var named = buckets is null ? [] : holdings.Select(h => Bucket.Of(h, Bucket.MostBits))
            .Append(Bucket.DutyOf(NodeId.Of(key.PublicKey))).Distinct().Order().Select(b => (uint)b);
        return holdings.Prepend(
            Samples.NodeRecord(world.Network, key, member, (ulong)issuedMs, issuedMs, named));
    }
}
