using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class AuditScheduleTests
{
    private static readonly Pace _pace = Pace.Real;

    private static CopyKey Copy(int holder, int slice) => new(Swarm.Id(holder), Swarm.Model(0, 64).ModelId, slice);

    private static Swarm Subnets(int nodes, int perSubnet)
    {
        var swarm = new Swarm().Wanting(3, DomainRule.Subnet, _pace);
        for (var node = 1; node <= nodes; node++) swarm.Node(node, subnet: $"v4:10.0.{node / perSubnet}.0/24");
        return swarm;
    }

    [Fact]
    public void AuditorsOf_ManyCopies_AreThreeOfDifferentDomainsAndNeverTheHolders()
    {
        var schedule = new AuditSchedule(Subnets(40, 4).SeenBy(1), Swarm.Now);
        for (var slice = 0; slice < 64; slice++)
        {
            var holder = 1 + slice % 40;
            var auditors = schedule.AuditorsOf(Copy(holder, slice), 7);
            Assert.Equal(3, auditors.Length);
            int[] subnets = [.. Enumerable.Range(1, 40).Where(n => auditors.Contains(Swarm.Id(n))).Select(n => n / 4)];
            Assert.Equal(3, subnets.Distinct().Count());
            Assert.DoesNotContain(holder / 4, subnets);
        }
    }

    [Fact]
    public void AuditorsOf_TwoDomainsBesideTheHolders_AreTwo()
    {
        var schedule = new AuditSchedule(Subnets(11, 4).SeenBy(1), Swarm.Now);
        Assert.Equal(2, schedule.AuditorsOf(Copy(5, 0), 0).Length);
    }

    [Fact]
    public void AuditorsOf_WithNodesOnProbation_LeavesThemOut()
    {
        var swarm = new Swarm().Wanting(3, DomainRule.Subnet, _pace).Node(1, subnet: "v4:10.0.1.0/24")
            .Node(2, subnet: "v4:10.0.2.0/24");
        for (var node = 3; node < 30; node++) swarm.Young(node, $"v4:10.1.{node}.0/24");
        var schedule = new AuditSchedule(swarm.SeenBy(1), Swarm.Now);
        Assert.Equal(Swarm.Id(1), Assert.Single(schedule.AuditorsOf(Copy(2, 0), 0)));
    }

    [Fact]
    public void PlaceOf_EveryNode_IsItsPlaceAmongTheAuditors()
    {
        foreach (var view in new[] { Subnets(60, 3).SeenBy(1), Subnets(60, 20).SeenBy(1), Subnets(7, 1).SeenBy(1) })
        {
            var schedule = new AuditSchedule(view, Swarm.Now);
            for (var slice = 0; slice < 40; slice++)
            {
                var copy = Copy(1 + slice % 7, slice);
                var auditors = schedule.AuditorsOf(copy, slice / 8);
                foreach (var node in view.Nodes.Keys)
                    Assert.Equal(auditors.IndexOf(node), schedule.PlaceOf(node, copy, slice / 8));
            }
        }
    }

    [Fact]
    public void AuditorsOf_EpochAfterEpoch_AreOthersAndShareTheWorkEvenly()
    {
        const int Nodes = 30, Epochs = 2_000;
        var schedule = new AuditSchedule(new Swarm().Wanting(3, pace: _pace).Nodes(1, Nodes).SeenBy(1), Swarm.Now);
        var duties = new SortedDictionary<int, int>();
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var first = schedule.AuditorsOf(Copy(1, 0), epoch)[0];
            var number = Enumerable.Range(1, Nodes).Single(n => Swarm.Id(n) == first);
            duties[number] = duties.GetValueOrDefault(number) + 1;
        }
        // 2,000 over 29 nodes: 69 each; six standard deviations are 49.
        Assert.Equal(Nodes - 1, duties.Count);
        Assert.All(duties.Values, n => Assert.InRange(n, 20, 118));
    }

    [Fact]
    public void DueMs_OfThePlaces_AreAThirdApartAndWithinTheEpoch()
    {
        var offsets = new SortedSet<long>();
        var jitters = new SortedSet<long>();
        for (var slice = 0; slice < 256; slice++)
        {
            var copy = Copy(2, slice);
            var epoch = AuditSchedule.EpochOf(copy, Swarm.Now.UnixMs, _pace);
            var start = AuditSchedule.StartMs(copy, epoch, _pace);
            Assert.InRange(Swarm.Now.UnixMs, start, start + _pace.AuditMs - 1);
            offsets.Add(start % _pace.AuditMs);
            var due = AuditSchedule.DueMs(copy, epoch, 0, _pace);
            jitters.Add((due - start) * 24 / _pace.AuditMs);
            Assert.InRange(due, start, start + _pace.AuditMs / 3 - 1);
            Assert.Equal(due + _pace.AuditMs / 3, AuditSchedule.DueMs(copy, epoch, 1, _pace));
            Assert.Equal(due + 2 * _pace.AuditMs / 3, AuditSchedule.DueMs(copy, epoch, 2, _pace));
        }
        // Spread over the day: epochs begin at six moments, and the first turns fill their thirds.
        Assert.Equal(6, offsets.Count);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], jitters);
    }

    [Fact]
    public void NextBeginningMs_IsTheFirstMomentAtWhichAnEpochChanges()
    {
        var next = AuditSchedule.NextBeginningMs(Swarm.Now.UnixMs, _pace);
        Assert.InRange(next, Swarm.Now.UnixMs + 1, Swarm.Now.UnixMs + _pace.AuditMs / 6);
        var begun = 0;
        for (var slice = 0; slice < 64; slice++)
        {
            var before = AuditSchedule.EpochOf(Copy(2, slice), Swarm.Now.UnixMs, _pace);
            Assert.Equal(before, AuditSchedule.EpochOf(Copy(2, slice), next - 1, _pace));
            begun += (int)(AuditSchedule.EpochOf(Copy(2, slice), next, _pace) - before);
        }
        Assert.InRange(begun, 1, 63);
    }
}
