using WeightSwarm.Core;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>When held models were last read, as the CLI gets it.</summary>
internal static class ReadReplies
{
    /// <summary>Every model of which something is held, in doubt or being mended.</summary>
    public static IEnumerable<ModelReadInfo> All(IHeldModels models, ScrubProgress scrub)
    {
        var reads = scrub.Reads().ToLookup(read => read.Key);
        return models.Held().Where(model => !model.IsEmpty)
            .Select(model => Of(model, reads[model.Key])).OrderBy(info => info.Name, StringComparer.Ordinal);
    }

    /// <summary>One model; null when nothing of it is held.</summary>
    public static ModelReadInfo? Of(IHeldModels models, ScrubProgress scrub, Hash256 model) =>
        All(models, scrub).FirstOrDefault(info => info.InfoHashV2 == model.ToString());

    private static ModelReadInfo Of(HeldModel model, IEnumerable<SliceReadTime> reads) => new()
    {
        Name = model.Content.Entry.Model,
        Revision = model.Content.Entry.Revision,
        InfoHashV2 = model.Key.Model.ToString(),
        Slices = (uint)model.Held.Count,
        SlicesDoubted = (uint)(model.Doubted.Count + model.Mending.Count),
        ReadMs = (ulong)reads.Where(read => model.Held.Contains(read.Slice))
            .Select(read => Math.Max(read.VerifiedMs, read.ReadMs ?? 0)).DefaultIfEmpty(0).Min(),
    };
}
