using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Durability;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Adds to what health says the chance of loss within a year.</summary>
internal static class LossReplies
{
    private const string Drill =
        "not estimated: this network has the pace drill, and a repair that takes seconds says nothing about a year";

    public static void Note(SwarmCore core, HealthReply reply, LifetimeEstimate lifetime, Instant now)
    {
        if (core.View is not { } view) return;
        if (view.Policy.Pace != Pace.Real)
        {
            reply.Lifetime = new LifetimeInfo { Words = Drill };
            return;
        }
        reply.Lifetime = Of(lifetime);
        var estimate = new LossEstimate(view, now, lifetime.Days);
        var models = view.Models.ToDictionary(m => m.Entry.ModelId.ToString());
        foreach (var health in reply.Models) health.LossWithinAYear = estimate.Of(models[health.InfoHashV2]);
    }

    private static LifetimeInfo Of(LifetimeEstimate lifetime) => new()
    {
        Days = lifetime.Days,
        Measured = lifetime.IsMeasured,
        Nodes = (uint)lifetime.Record.Nodes,
        Departed = (uint)lifetime.Record.Departed,
        ObservedDays = lifetime.Record.Days,
        Words = lifetime.Words(),
    };
}
