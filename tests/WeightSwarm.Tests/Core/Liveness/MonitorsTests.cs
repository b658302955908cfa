using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;

namespace WeightSwarm.Tests.Core.Liveness;

public sealed class MonitorsTests
{
    private static readonly NodeId[] Members =
        [.. Enumerable.Range(0, 200).Select(i => NodeId.Of(BitConverter.GetBytes(i)))];

    [Fact]
    public void Of_AMember_AreEightOthersInOneOrder()
    {
        foreach (var subject in Members)
        {
            var monitors = Monitors.Of(subject, Members);
            Assert.Equal(Monitors.PerNode, monitors.Distinct().Count());
            Assert.DoesNotContain(subject, monitors);
            Assert.Equal(monitors, Monitors.Of(subject, Members.Reverse()));
        }
    }

    [Fact]
    public void Of_ASmallNetwork_AreAllOthers() => Assert.Equal(4, Monitors.Of(Members[0], Members[..5]).Count);

    [Fact]
    public void Of_AfterALoss_ChangeOnlyWhereTheLostOneWatched()
    {
        var lost = Members[17];
        foreach (var subject in Members.Where(m => m != lost))
        {
            var before = Monitors.Of(subject, Members);
            var after = Monitors.Of(subject, Members.Where(m => m != lost));
            Assert.Equal(before.Where(m => m != lost), after.Take(before.Count(m => m != lost)));
            if (!before.Contains(lost)) Assert.Equal(before, after);
        }
    }

    [Fact]
    public void Of_AllMembers_SpreadTheDuties()
    {
        var duties = Members.SelectMany(m => Monitors.Of(m, Members)).GroupBy(m => m).Select(g => g.Count()).ToList();
        Assert.True(duties.Count > 195, $"{duties.Count} of 200 have duties");
        Assert.True(duties.Max() <= 24, $"one has {duties.Max()} duties, 8 are the mean");
    }
}
