using WeightSwarm.Core;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Adds to health and why what this node cannot tell, since others watch it.</summary>
internal static class WatchReplies
{
    public static void Note(SwarmCore core, HealthReply reply, Hash256? only)
    {
        if (core.View is { WatchesAll: false } view)
            reply.WatchedByOthers = (uint)view.Models.Count(
                m => !m.IsWatched && (only is null || m.Entry.ModelId == only));
    }

    public static void Note(SwarmCore core, WhyReply reply, Hash256 model) =>
        reply.NotWatched = core.WhyNotWatched(model) ?? "";
}
