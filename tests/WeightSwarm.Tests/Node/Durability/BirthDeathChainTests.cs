using WeightSwarm.Node.Durability;

namespace WeightSwarm.Tests.Node.Durability;

public sealed class BirthDeathChainTests
{
    private const double Year = 365;

    [Theory]
    [InlineData(1, 180, 365)]
    [InlineData(1, 180, 0)]
    [InlineData(1, 3650, 1e-6)]
    [InlineData(2, 180, 30)]
    [InlineData(5, 180, 365)]
    [InlineData(5, 1, 365)]
    [InlineData(64, 1000, 365)]
    public void LossWithin_WithoutRepair_IsThatAllOfThemDied(int copies, double lifetime, double days)
    {
        var chain = new BirthDeathChain(lifetime, RepairTimes.Never, copies);
        var closed = Math.Pow(-Expm1(-days / lifetime), copies);
        AssertNear(closed, chain.LossWithin(copies, days), 1e-9);
    }

    /// <summary>Two copies and one repair, solved by hand: x'' + (a + b + c) x' + a c x = 0.</summary>
    [Fact]
    public void LossWithin_OfTwoCopiesWithRepair_IsTheClosedForm()
    {
        const double lifetime = 20, repair = 5;
        double a = 2 / lifetime, c = 1 / lifetime, b = 1 / repair, s = a + b + c;
        var root = Math.Sqrt((s * s) - (4 * a * c));
        double fast = (s + root) / 2, slow = (s - root) / 2;
        double Kept(double t) => ((fast * Math.Exp(-slow * t)) - (slow * Math.Exp(-fast * t))) / (fast - slow);
        var chain = new BirthDeathChain(lifetime, _ => repair, 2);
        foreach (var days in new[] { 1.0, 10, 100, 365 })
            AssertNear(1 - Kept(days), chain.LossWithin(2, days), 1e-9);
    }

    /// <summary>
    /// Slices lost in a year per million: the reference's section 2.3, flat repair in 3 days and by urgency.
    /// </summary>
    [Theory]
    [InlineData(90, 3, 23_600, 368)]
    [InlineData(180, 3, 3_160, 46)]
    [InlineData(365, 3, 392, 5.6)]
    [InlineData(730, 3, 50, 0.7)]
    [InlineData(90, 4, 3_030, 44)]
    [InlineData(180, 4, 207, 2.9)]
    [InlineData(365, 4, 12.8, 0.18)]
    [InlineData(730, 4, 0.8, 0.011)]
    [InlineData(90, 5, 487, 4.7)]
    [InlineData(180, 5, 17, 0.16)]
    [InlineData(365, 5, 0.52, 0.005)]
    [InlineData(90, 6, 94, 0.30)]
    [InlineData(180, 6, 1.7, 0.005)]
    public void LossWithin_AYear_IsTheReferencesTable(double lifetime, int copies, double flat, double urgent)
    {
        var flatly = new BirthDeathChain(lifetime, _ => 3, copies);
        var urgently = new BirthDeathChain(lifetime, k => ReferencesDays(copies, k), copies);
        AssertNear(flat, 1e6 * flatly.LossWithin(copies, Year), 0.2);
        AssertNear(urgent, 1e6 * urgently.LossWithin(copies, Year), 0.2);
    }

    /// <summary>Here the reference has the order of magnitude only: what is nearest to that power of ten.</summary>
    [Theory]
    [InlineData(730, 5, 1e-4)]
    [InlineData(365, 6, 1e-4)]
    [InlineData(730, 6, 1e-6)]
    public void LossWithin_AYear_IsOfTheReferencesOrderOfMagnitude(double lifetime, int copies, double urgent)
    {
        var chain = new BirthDeathChain(lifetime, k => ReferencesDays(copies, k), copies);
        var found = Math.Log10(1e6 * chain.LossWithin(copies, Year));
        Assert.Equal(Math.Log10(urgent), Math.Round(found), 1e-9);
    }

    /// <summary>The days of gossip-planner section 2.3, "urgency".</summary>
    private static double ReferencesDays(int target, int copies) =>
        copies >= target ? double.PositiveInfinity
        : copies == 1 ? 0.25
        : copies == 2 ? 0.5
        : 2 * copies <= target ? 1
        : copies == target - 1 ? 3
        : 2;

    /// <summary>Every copy dies by a lot of its own, and every repair takes one: nothing here is the chain's.</summary>
    [Theory]
    [InlineData(1, 3, 30, 3)]
    [InlineData(2, 3, 20, 2)]
    [InlineData(3, 5, 10, 5)]
    [InlineData(4, 4, 60, 1)]
    public void LossWithin_IsWhatLotsGive(int seed, int target, double lifetime, int start)
    {
        const int trials = 40_000;
        const double days = 90;
        var random = new Random(seed);
        var lost = Enumerable.Range(0, trials).Count(_ => IsLost(random, target, lifetime, start, days));
        var chain = new BirthDeathChain(lifetime, k => RepairTimes.MeanDays(target, k), target);
        var expected = chain.LossWithin(start, days);
        var deviation = Math.Sqrt(expected * (1 - expected) / trials);
        Assert.True(Math.Abs(((double)lost / trials) - expected) <= 4 * deviation,
            $"seed {seed}: {lost} of {trials} were lost; the chain says {expected:0.00000}, sigma {deviation:0.00000}");
    }

    private static bool IsLost(Random random, int target, double lifetime, int start, double days)
    {
        var now = 0.0;
        var ends = Enumerable.Range(0, start).Select(_ => Lot(random, lifetime)).ToList();
        while (true)
        {
            var repaired = ends.Count < target
                ? now + Lot(random, RepairTimes.MeanDays(target, ends.Count)) : double.PositiveInfinity;
            var (first, at) = ends.Select((end, i) => (end, i)).Min();
            now = Math.Min(first, repaired);
            if (now > days) return false;
            // A repair that a loss comes before is begun anew: its lot has no memory.
            if (first <= repaired) ends.RemoveAt(at);
            else ends.Add(now + Lot(random, lifetime));
            if (ends.Count == 0) return true;
        }
    }

    private static double Lot(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>e^x - 1 without losing what is small.</summary>
    private static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x + (x * x / 2) + (x * x * x / 6) : Math.Exp(x) - 1;

    private static void AssertNear(double expected, double actual, double part) => Assert.True(
        Math.Abs(actual - expected) <= part * Math.Abs(expected), $"{actual:R} is not near {expected:R}");
}
