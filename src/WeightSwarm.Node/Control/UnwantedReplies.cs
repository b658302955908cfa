using WeightSwarm.Core;
using WeightSwarm.Core.Planning;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Adds to what health, plan and why say that nobody takes a copy which is wanted.</summary>
internal static class UnwantedReplies
{
    private const string Words = "wanted by nobody: ";

    public static void Note(SwarmCore core, HealthReply reply, Instant now)
    {
        if (core.View is not { } view) return;
        var unwanted = new Unwanted(view, now);
        var models = view.Models.ToDictionary(m => m.Entry.ModelId.ToString());
        foreach (var health in reply.Models)
            health.WantedByNobody = unwanted.WhyNobody(models[health.InfoHashV2]) ?? "";
    }

    public static void Note(SwarmCore core, PlanReply reply, Instant now)
    {
        if (core.View is not { } view) return;
        var unwanted = new Unwanted(view, now);
        foreach (var line in reply.Lines.Where(line => line.Action == "blocked"))
        {
            var model = view.Models.FirstOrDefault(
                m => m.Entry.Model == line.Model && m.Entry.Revision == line.Revision);
            if (model is null || line.FirstSlice >= model.Entry.Slices) continue;
            if (unwanted.WhyNobody(model, (int)line.FirstSlice) is { } why) line.Reason += $"; {Words}{why}";
        }
    }

    public static void Note(SwarmCore core, ModelView model, WhyReply reply, Instant now)
    {
        if (core.View is not { } view) return;
        var unwanted = new Unwanted(view, now);
        foreach (var slice in reply.Slices.Where(slice => slice.Need > 0))
            if (unwanted.WhyNobody(model, (int)slice.Slice) is { } why)
                slice.Next = slice.Next.StartsWith("here: ", StringComparison.Ordinal)
                    ? $"{slice.Next}; {Words}{why}" : Words + why;
    }
}
