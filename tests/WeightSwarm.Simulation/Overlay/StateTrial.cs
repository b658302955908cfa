using System.Net;
using System.Runtime.CompilerServices;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// The memory of one whole core that knows a network: of each member a node record and two holdings, written within a
/// month, and the renewal that keeps them; an entry for ten members; and all that the core makes of them, the view and
/// the plan among it. In a network that is parted it knows the holdings of 17 buckets of 1,024. What a daemon needs
/// beside its core is not in it.
/// </summary>
internal static class StateTrial
{
    private const long Minute = 60_000, Day = 1_440 * Minute;
    private const int HoldingsOfOne = 2, MembersPerModel = 10, Slices = 64, Buckets = 17, PartedFrom = 20_000;
    private const long SliceBytes = 1L << 30;

    public static void Run(ulong seed, int nodes, SortedDictionary<string, long> figures)
    {
        // What the first use of the code leaves in memory is not the network's.
        _ = Make(seed, 10, figures);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var core = Make(seed, nodes, figures);
        figures["bytes of memory"] = GC.GetTotalMemory(forceFullCollection: true) - before;
        figures["bytes of memory, per member"] = figures["bytes of memory"] / nodes;
        figures["nodes in the view"] = core.View!.Nodes.Count;
        figures["models in the view"] = core.View.Models.Length;
        figures["deficits in the plan"] = core.Plan.Steps.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SwarmCore Make(ulong seed, int nodes, SortedDictionary<string, long> figures)
    {
        var (founder, own) = (new WideKey(seed, -1), new WideKey(seed, 0));
        var network = new NetworkId(founder.Id.Hash);
        var unixMs = SimWorld.EpochUnixMs + 40 * Day;
        var records = RecordsOf(seed, nodes, founder, network, unixMs);
        figures["records"] = records.Count;
        figures["bytes of the records"] = records.Sum(r => (long)r.Length);
        var core = new SwarmCore(
            new CoreParts(network, own, own, new Counter(), seed, new byte[32]), new Instant(Day, unixMs));
        core.Handle(new CoreInput.Restored(records), new Instant(Day, unixMs));
        core.Handle(
            new CoreInput.Described(new SelfDescription(
                [(IPAddress.Parse("198.51.100.1"), 7000, 7001)], "", "", false, "sim", unixMs)),
            new Instant(Day, unixMs));
        core.Handle(new CoreInput.TakenUp(), new Instant(Day, unixMs));
        for (var at = Minute; at <= 20 * Minute; at += Minute)
            core.Handle(new CoreInput.Tick(), new Instant(Day + at, unixMs + at));
        return core;
    }

    private static List<ReadOnlyMemory<byte>> RecordsOf(
        ulong seed, int nodes, WideKey founder, NetworkId network, long unixMs)
    {
        var random = new SplitMix64(seed);
        var models = Math.Max(1, nodes / MembersPerModel);
        List<Record> records =
        [
            EnvelopeCodec.Write(
                founder, network, RecordKind.Charter, [],
                RecordBodies.Charter(new Charter("simulation", [], Policy.Default)), 1, unixMs,
                RecordSet.CatalogueTtlMs),
        ];
        for (var model = 0; model < models; model++)
        {
            var entry = EntryOf(model);
            records.Add(EnvelopeCodec.Write(
                founder, network, RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry), 1, unixMs,
                RecordSet.CatalogueTtlMs));
        }
        for (var member = 1; member <= nodes; member++)
            records.AddRange(OfMember(new WideKey(seed, member), member, models, network, unixMs, random, nodes));
        return [.. records.Select(r => r.Bytes)];
    }

    private static IEnumerable<Record> OfMember(
        WideKey key, int member, int models, NetworkId network, long unixMs, SplitMix64 random, int nodes)
    {
        var issuedMs = unixMs - random.Below(30 * Day);
        var holdings = Enumerable.Range(member, HoldingsOfOne).Select(n => n % models).Distinct()
            .Select(model => Samples.Holding(network, key, model, (ulong)issuedMs, issuedMs)).ToList();
        IEnumerable<uint> buckets = nodes < PartedFrom ? [] : holdings.Select(h => Bucket.Of(h, Bucket.MostBits))
            .Append(Bucket.DutyOf(key.Id)).Distinct().Order().Select(b => (uint)b);
        var node = Samples.NodeRecord(network, key, member, (ulong)issuedMs, issuedMs, buckets);
        yield return node;
        foreach (var holding in holdings)
            if (nodes < PartedFrom || Bucket.Of(holding, Bucket.MostBits) < Buckets)
                yield return holding;
        var renewedMs = unixMs - random.Below(Day);
        yield return EnvelopeCodec.Write(
            key, network, RecordKind.Renewal, [], Renewals.Write(holdings.Prepend(node).Select(r => r.Id.Prefix)),
            (ulong)renewedMs, renewedMs, Pace.Real.LeaseTtlMs);
    }

    private static Entry EntryOf(int model)
    {
        var id = Hash256.Of(BitConverter.GetBytes(model));
        return new Entry
        {
            ModelId = id,
            Model = $"sim/model-{model}",
            Revision = "1",
            InfoHashV1 = [.. id.ToArray()[..20]],
            ManifestHash = id,
            MetainfoHash = id,
            MetainfoBytes = 1000,
            PieceLength = 16 << 20,
            Pieces = (int)(Slices * SliceBytes >> 24),
            PiecesPerSlice = (int)(SliceBytes >> 24),
            Bytes = Slices * SliceBytes,
            Files = 1,
            Licence = "MIT",
            SliceLeaves = [.. Enumerable.Repeat((int)(SliceBytes >> 14), Slices)],
        };
    }

    private sealed class Counter : ISequence
    {
        private ulong _last;

        public ulong Next(long unixMs) => _last = Math.Max(_last + 1, (ulong)unixMs);

        public void JumpAbove(ulong seq) => _last = Math.Max(_last, seq);
    }
}
