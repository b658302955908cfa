using System.Globalization;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Models as the CLI gets them.</summary>
internal static class ModelReplies
{
    private const int ShortestPrefix = 8;

    public static ModelInfo Of(SwarmCore core, Core.Catalogue.Entry entry)
    {
        var held = core.Held.GetValueOrDefault(entry.ModelId) ?? SliceSet.Empty;
        var view = core.View?.Models.FirstOrDefault(m => m.Entry.ModelId == entry.ModelId);
        return new ModelInfo
        {
            Name = entry.Model,
            Revision = entry.Revision,
            InfoHashV1 = Convert.ToHexStringLower(entry.InfoHashV1.AsSpan()),
            InfoHashV2 = entry.ModelId.ToString(),
            Bytes = (ulong)entry.Bytes,
            Files = (uint)entry.Files,
            Slices = (uint)entry.Slices,
            PieceLength = (ulong)entry.PieceLength,
            PiecesPerSlice = (uint)entry.PiecesPerSlice,
            Licence = entry.Licence,
            Source = entry.Source,
            Origin = entry.Origin,
            TargetCopies = (uint)(entry.Copies > 0 ? entry.Copies : core.Charter?.Policy.Copies ?? 0),
            State = entry.Active ? "active" : "withdrawn",
            SlicesHeld = (uint)held.Count,
            BytesHeld = (ulong)held.Slices.Sum(entry.SliceBytes),
            InPlace = view?.Holders.Any(h => h.Node == core.Self && h.InPlace) ?? false,
            AddedMs = (ulong)AddedMs(core, entry),
        };
    }

    public static IEnumerable<HolderInfo> Holders(SwarmCore core, ModelView view, Instant now) =>
        view.Holders.Select(holder =>
    {
        var node = core.View!.Nodes.GetValueOrDefault(holder.Node);
        var counted = Enumerable.Range(0, view.Entry.Slices)
            .Where(holder.Verified.Contains)
            .Any(s =>
                SliceCounter.Explain(view, s, core.View, now).Copies.Any(c => c.Node == holder.Node && c.Counted));
        return new HolderInfo
        {
            NodeId = holder.Node.ToString(),
            Slices = (uint)holder.Verified.Count,
            Online = holder.Node == core.Self || node is { AbsentSinceMs: null },
            Counted = counted,
            InPlace = holder.InPlace,
            AbsentS = (ulong)((node?.AbsentMs(now) ?? 0) / 1000),
        };
    });

    /// <summary>BEP 9 with the hybrid's two hashes (BEP 52: multihash 1220… for v2).</summary>
    public static string Magnet(ModelContent content) => string.Create(
        CultureInfo.InvariantCulture,
        $"magnet:?xt=urn:btih:{Convert.ToHexStringLower(content.Entry.InfoHashV1.AsSpan())}" +
        $"&xt=urn:btmh:1220{content.Entry.ModelId}" +
        $"&dn={Uri.EscapeDataString(content.Metainfo.Name)}&xl={content.Entry.Bytes}");

    /// <summary>BEP 9 for the version 1 twin.</summary>
    public static string MagnetOfVersion1(ModelContent content)
    {
        // The info dictionary stands between "d4:info" and the last "e".
        var torrent = content.Metainfo.ToVersion1Bytes();
        var hash = Convert.ToHexStringLower(Sha1.Of(torrent.AsSpan(7..^1)).AsSpan());
        return $"magnet:?xt=urn:btih:{hash}&dn={Uri.EscapeDataString(content.Metainfo.Name)}";
    }

    public static bool IsCalled(Core.Catalogue.Entry entry, string name) =>
        name == entry.Model || name == $"{entry.Model}@{entry.Revision}" ||
        name.Length >= ShortestPrefix && (
            entry.ModelId.ToString().StartsWith(name, StringComparison.OrdinalIgnoreCase) ||
            Convert.ToHexString(entry.InfoHashV1.AsSpan()).StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private static long AddedMs(SwarmCore core, Core.Catalogue.Entry entry)
    {
        var subject = Hash256.Of(entry.ModelId.ToArray());
        var record = core.Records
            .FirstOrDefault(r => r.Kind == Core.Records.RecordKind.Entry && r.Key.Subject == subject);
        return record?.IssuedMs ?? 0;
    }
}
