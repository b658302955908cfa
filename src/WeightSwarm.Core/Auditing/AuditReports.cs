using System.Collections.Immutable;
using Google.Protobuf;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// What an auditor tells of its passes, all in one record: for a holder and a model eight bytes that name the two, a
/// bitmap of slices, and how long ago. It makes a copy's audit known as fresh to those who did not make it; it takes
/// nothing from anybody, and gives no credit back.
/// </summary>
public static class AuditReports
{
    /// <summary>Passes in one report, at most: it fits an envelope.</summary>
    public const int MostPasses = 768;

    /// <summary>"How long ago" comes in so many parts of an audit period.</summary>
    public const int PartsPerPeriod = 8;

    private static ReadOnlySpan<byte> Domain => "weightswarm/audited/1\0"u8;

    /// <summary>For how long a pass is told, milliseconds.</summary>
    public static long WindowMs(Pace pace) => pace.AuditMs * 3 / 2;

    /// <summary>For how long a pass makes a copy's audit fresh, milliseconds.</summary>
    public static long FreshMs(Pace pace) => 2 * pace.AuditMs;

    /// <summary>The eight bytes that name a holder and a model, as a big-endian number.</summary>
    public static ulong NameOf(NodeId holder, Hash256 model)
    {
        Span<byte> bytes = stackalloc byte[Domain.Length + 2 * Hash256.Size];
        Domain.CopyTo(bytes);
        holder.Hash.CopyTo(bytes[Domain.Length..]);
        model.CopyTo(bytes[(Domain.Length + Hash256.Size)..]);
        return Hash256.Of(bytes).Prefix;
    }

    /// <summary>The passes of the window, the newest first; what does not fit is left out.</summary>
    public static V1.AuditReport Write(AuditBook book, long unixMs, Pace pace)
    {
        var passes = new SortedDictionary<(uint Ago, ulong Name), List<int>>();
        foreach (var (copy, audits) in book.Copies)
        {
            var agoMs = Math.Max(0, unixMs - audits.PassedMs);
            if (agoMs >= WindowMs(pace)) continue;
            var key = ((uint)(agoMs * PartsPerPeriod / pace.AuditMs), NameOf(copy.Holder, copy.Model));
            if (!passes.TryGetValue(key, out var slices)) passes.Add(key, slices = []);
            slices.Add(copy.Slice);
        }
        var report = new V1.AuditReport();
        report.Passes.AddRange(passes.Take(MostPasses).Select(p => new V1.AuditPass
        {
            Copy = p.Key.Name,
            Slices = ByteString.CopyFrom(SliceSet.Of(p.Value).ToBitmap()),
            Ago = p.Key.Ago,
        }));
        return report;
    }

    /// <summary>Whether a body keeps the limits.</summary>
    internal static bool IsSound(V1.AuditReport body) => body.Passes.Count <= MostPasses &&
        body.Passes.All(p => p.Slices.Length is > 0 and <= RecordBodies.MostSlices / 8 && p.Ago <= 1 << 10);

    /// <summary>When the author of a report last passed a copy, by its own clock, to an eighth of a period, rounded
    /// down, Unix milliseconds; 0: it does not say that it did.</summary>
    public static long PassedMs(Record report, CopyKey copy, Pace pace)
    {
        var name = NameOf(copy.Holder, copy.Model);
        foreach (var pass in report.Parsed(V1.AuditReport.Parser).Passes)
            if (pass.Copy == name && HasBit(pass.Slices, copy.Slice))
                return report.IssuedMs - (pass.Ago + 1) * pace.AuditMs / PartsPerPeriod;
        return 0;
    }

    private static bool HasBit(ByteString bitmap, int slice) =>
        slice >> 3 < bitmap.Length && (bitmap[slice >> 3] >> (slice & 7) & 1) != 0;
}

/// <summary>
/// Which copies have been audited lately, as far as one node can know: by itself, or by a node that was drawn for it
/// and says so. Nobody's word is taken who was not drawn.
/// </summary>
/// <param name="view">What the node sees.</param>
/// <param name="book">Its own audits.</param>
/// <param name="reportOf">The report of another node, or null.</param>
/// <param name="now">The moment that is judged.</param>
public sealed class AuditFreshness(SwarmView view, AuditBook book, Func<NodeId, Record?> reportOf, Instant now)
{
    // A pass of two periods ago was made in this epoch, the last, or the one before.
    private const int EpochsBack = 2;

    private readonly AuditSchedule _schedule = new(view, now);

    /// <summary>
    /// When a copy was last audited and passed, Unix milliseconds; 0: not within two periods. What this node holds
    /// itself it reads itself.
    /// </summary>
    public long PassedMs(CopyKey copy)
    {
        if (copy.Holder == view.Self) return now.UnixMs;
        var pace = view.Policy.Pace;
        var oldest = now.UnixMs - AuditReports.FreshMs(pace);
        var passed = book.Of(copy).PassedMs;
        var epoch = AuditSchedule.EpochOf(copy, now.UnixMs, pace);
        for (var back = 0; back <= EpochsBack && passed <= oldest; back++)
            foreach (var auditor in _schedule.AuditorsOf(copy, epoch - back))
                if (reportOf(auditor) is { } report)
                    passed = Math.Max(passed, AuditReports.PassedMs(report, copy, pace));
        return passed > oldest ? passed : 0;
    }

    /// <summary>
    /// Of each slice the counted copies whose audits are fresh; the fewest over the slices of a model, by model id.
    /// </summary>
    public ImmutableSortedDictionary<Hash256, int> Audited()
    {
        var nodes = new NodeIndex(view, now);
        return view.Models.ToImmutableSortedDictionary(m => m.Entry.ModelId, m => Fewest(new ModelTally(nodes, m)));
    }

    private int Fewest(ModelTally tally)
    {
        var fewest = int.MaxValue;
        for (var slice = 0; slice < tally.Model.Entry.Slices; slice++)
        {
            tally.Count(slice, withOwnClaim: true);
            var fresh = 0;
            for (var i = 0; i < tally.Fates.Length; i++)
                if (tally.Fates[i] == CopyFate.Counted &&
                    PassedMs(new CopyKey(tally.Model.Holders[i].Node, tally.Model.Entry.ModelId, slice)) > 0)
                    fresh++;
            fewest = Math.Min(fewest, fresh);
        }
        return fewest == int.MaxValue ? 0 : fewest;
    }
}
