using WeightSwarm.Core;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;
using Entry = WeightSwarm.Core.Catalogue.Entry;

namespace WeightSwarm.Node.Control;

/// <summary>Releases and the trash as the CLI gets them.</summary>
internal static class ReleaseReplies
{
    /// <summary>Consecutive slices that stand alike are one line.</summary>
    public static IReadOnlyList<ReleaseInfo> Of(SwarmCore? core)
    {
        List<ReleaseInfo> lines = [];
        foreach (var report in core?.Releases ?? [])
        {
            var entry = core!.View?.Models.FirstOrDefault(m => m.Entry.ModelId == report.Model)?.Entry;
            var line = Of(report, entry);
            if (lines.Count > 0 && Continues(lines[^1], line))
            {
                lines[^1].LastSlice = line.LastSlice;
                lines[^1].Bytes += line.Bytes;
                lines[^1].DueInMs = Math.Max(lines[^1].DueInMs, line.DueInMs);
            }
            else lines.Add(line);
        }
        return lines;
    }

    public static TrashInfo OfTrash(IReadOnlyList<TrashedSlice> slices, Entry? entry, long trashMs) => new()
    {
        Model = entry?.Model ?? slices[0].Key.Model.ToString(),
        Revision = entry?.Revision ?? "",
        Folder = slices[0].Key.Folder,
        Slices = (uint)slices.Count,
        Bytes = (ulong)(entry is null ? 0 : slices.Sum(s => entry.SliceBytes(s.Slice))),
        Reason = Word(slices[0].Reason),
        Unproven = (uint)slices.Count(s => s.Unproven),
        FewestCopies = (uint)slices.Min(s => s.CopiesLeft),
        EmptiedMs = (ulong)(slices.Min(s => s.TrashedMs) + trashMs),
    };

    private static ReleaseInfo Of(ReleaseReport report, Entry? entry) => new()
    {
        Model = entry?.Model ?? report.Model.ToString(),
        Revision = entry?.Revision ?? "",
        FirstSlice = (uint)report.Slice,
        LastSlice = (uint)report.Slice,
        Bytes = (ulong)(entry?.SliceBytes(report.Slice) ?? 0),
        Reason = Word(report.Reason),
        Phase = report.Phase switch
        {
            ReleasePhase.Waiting => "waiting",
            ReleasePhase.Announced => "announced",
            ReleasePhase.Collecting => "collecting",
            _ => "backing-off",
        },
        Copies = (uint)report.Copies,
        Needed = (uint)report.Needed,
        DueInMs = (ulong)report.DueInMs,
        WaitsFor = report.Words,
    };

    private static bool Continues(ReleaseInfo line, ReleaseInfo next) =>
        line.Model == next.Model && line.Revision == next.Revision && line.LastSlice + 1 == next.FirstSlice &&
        (line.Reason, line.Phase, line.Copies, line.Needed, line.WaitsFor) ==
        (next.Reason, next.Phase, next.Copies, next.Needed, next.WaitsFor);

    private static string Word(ReleaseReason reason) => reason switch
    {
        ReleaseReason.Trim => "trim",
        ReleaseReason.LowSpace => "low-space",
        ReleaseReason.DiskFault => "disk-fault",
        ReleaseReason.Shrink => "shrink",
        _ => "drain",
    };
}
