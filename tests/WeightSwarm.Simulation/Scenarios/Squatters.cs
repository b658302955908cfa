using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 24 of the reference: twenty members of a private network claim every slice that wants copies, before
/// everybody else, say again and again that they are getting on, and never fetch anything. The first new model waits
/// for the patience that claims are given; the second one for nobody. Or they say that they get on, and what they have
/// by now, and answer nothing, or no, or that they are busy, or with other bytes when they are asked to show it: then
/// nobody waits for longer than if they had not said so.
/// </summary>
internal sealed class Squatters(string name, bool lies) : RealScenario
{
    private const int Grinders = 20, NewSlices = 16;

    // How those who lie answer when they are asked to show what they say they have.
    private static readonly ReceiptOutcome[] _answers =
        [ReceiptOutcome.Offline, ReceiptOutcome.Failed, ReceiptOutcome.NotHeld, ReceiptOutcome.Unknown];

    public override string Name => name;
    public override string Story => lies
        ? "20 members claim all that is wanted and say that they get on; asked to show it they cannot"
        : "20 members claim all that is wanted and fetch nothing; soon nobody waits for them";
    public override int DefaultNodes => 12;

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) =>
        base.Build(seed, nodes + Grinders, trace);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var honest = world.Nodes.Length - Grinders;
        var crowd = new Crowd(world, honest, Grinders);
        SetQuota(world, 100L << 30);
        StartFirst(world, honest, Second);
        world.RunFor(10 * Minute);
        var alone = ToTwoCopies(world, honest, 0);
        crowd.Come(Minute, streams: 3);
        world.RunFor(Hour);
        crowd.Squat(lies);
        world.Progress.Lies = node => _answers[node.Number % _answers.Length];
        world.RunFor(Hour);
        var first = ToTwoCopies(world, honest, 1);
        var second = ToTwoCopies(world, honest, 2);
        world.RunFor(Day);
        var later = ToTwoCopies(world, honest, 3);
        figures["s to two copies without squatters"] = alone / Second;
        figures["s to two copies at first"] = first / Second;
        figures["s to two copies of the second model"] = second / Second;
        figures["s to two copies a day later"] = later / Second;
        figures["s to target copies"] = CopiesReach(world, Copies, 2 * Day) / Second;
        var (patience, steps) = (world.Pace.U0.ClaimTtlMs, 3 * world.Pace.U0.StepMs + world.Pace.PlanMs);
        if (lies)
        {
            figures["challenges of progress"] = world.Progress.Outcomes.Values.Sum();
            figures["challenges of progress of a claim, most"] = world.Progress.Asked.Values.DefaultIfEmpty(0).Max();
            foreach (var took in (long[])[first, second, later]) MayTake("a", took, 2 * patience + Minute);
            return;
        }
        MayTake("the first", first, alone + Crowd.SquatMs + patience + steps);
        MayTake("the second", second, alone + steps);
        // Everybody gets another chance after a day, and takes it.
        MayTake("the one a day later", later, alone + Crowd.SquatMs + patience + steps);
    }

    private static void MayTake(string which, long tookMs, long mostMs)
    {
        if (tookMs > mostMs)
            throw new ScenarioFailedException(
                $"{which} new model had its second copies after {tookMs / Second} s; {mostMs / Second} s are allowed");
    }

    private long ToTwoCopies(SimWorld world, int honest, int number)
    {
        var entry = world.AddModel((int)world.Random.Below(honest), number, NewSlices, (lies ? 16 : 1) * MiB);
        return world.RunUntil(
            "two copies of a new model", Day, world.FetchStepMs,
            () => Enumerable.Range(0, entry.Slices).All(s => world.Oracle.Holders(entry.ModelId, s).Count >= 2),
            world.CopiesInWords);
    }
}
