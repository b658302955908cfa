using Google.Protobuf;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
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

    /// <summary>The passes of the window, the newest first, but none of a copy that failed since; what does not fit is
    /// left out.</summary>
    public static V1.AuditReport Write(AuditBook book, long unixMs, Pace pace)
    {
        var passes = new SortedDictionary<(uint Ago, ulong Name), List<int>>();
        foreach (var (copy, audits) in book.Copies)
        {
            var agoMs = Math.Max(0, unixMs - audits.PassedMs);
            if (agoMs >= WindowMs(pace) || !audits.HasCredit) continue;
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
