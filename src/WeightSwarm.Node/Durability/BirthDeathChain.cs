#if SIMULATION // The simulator holds it against what it counts.
namespace WeightSwarm.Simulation.Durability;
#else
namespace WeightSwarm.Node.Durability;
#endif

/// <summary>
/// The number of copies of one group of slices over time: each copy is lost at the rate 1 / lifetime, and one copy at
/// a time is made anew. No copy is the end. Solved by uniformisation (Jensen 1953), which adds and multiplies only what
/// is not negative, so that a chance of 10^-15 is as exact as one of 1/2.
/// </summary>
/// <param name="lifetimeDays">Mean days that a copy lasts; above 0.</param>
/// <param name="repairDays">Mean days from so many copies to one more; infinite for never.</param>
/// <param name="most">Most copies that are looked at, at least 1; from there none is made.</param>
public sealed class BirthDeathChain(double lifetimeDays, Func<int, double> repairDays, int most)
{
    /// <summary>The chance that no copy is left at some time within so many days.</summary>
    /// <param name="copies">Copies now, 0 to the most.</param>
    /// <param name="days">Not negative.</param>
    public double LossWithin(int copies, double days) => LossWithin(days)[copies];

    /// <summary>The same for every number of copies.</summary>
    public double[] LossWithin(double days)
    {
        var (loss, repair) = Rates();
        var fastest = Enumerable.Range(0, most + 1).Max(k => loss[k] + repair[k]);
        var steps = fastest * days;
        // Where each number of copies has led after n jumps, weighed by the chance of n jumps.
        double[] ended = [1, .. new double[most]], next = new double[most + 1], sum = new double[most + 1];
        var logWeight = -steps;
        var last = (int)Math.Ceiling(steps + (12 * Math.Sqrt(steps)) + 60);
        for (var n = 0; ; n++)
        {
            var weight = Math.Exp(logWeight);
            for (var k = 0; k <= most; k++) sum[k] += weight * ended[k];
            // Of none there are none left for certain: what it has in place of 1 is what the weights sum to.
            if (n == last) return [.. sum.Select(chance => chance / sum[0])];
            Jump(ended, next, loss, repair, fastest);
            (ended, next) = (next, ended);
            logWeight += Math.Log(steps) - Math.Log(n + 1);
        }
    }

    private (double[] Loss, double[] Repair) Rates()
    {
        var loss = Enumerable.Range(0, most + 1).Select(k => k / lifetimeDays).ToArray();
        var repair = Enumerable.Range(0, most + 1).Select(k => k is 0 || k == most ? 0 : 1 / repairDays(k)).ToArray();
        return (loss, repair);
    }

    private static void Jump(double[] from, double[] to, double[] loss, double[] repair, double fastest)
    {
        to[0] = 1;
        for (var k = 1; k < from.Length; k++)
        {
            var up = repair[k] > 0 ? repair[k] * from[k + 1] : 0;
            var stays = Math.Max(0, fastest - loss[k] - repair[k]);
            to[k] = ((loss[k] * from[k - 1]) + up + (stays * from[k])) / fastest;
        }
    }
}
