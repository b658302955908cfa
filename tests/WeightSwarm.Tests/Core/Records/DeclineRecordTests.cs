using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>What a node declines, in its record.</summary>
public sealed class DeclineRecordTests
{
    private static readonly DeclineRule _full = new()
    {
        Licence = "CC-BY-NC-*",
        LargerThan = 5,
        Name = "acme/*",
        Hazard = "contains-code",
        Reason = "because",
    };

    [Fact]
    public void Body_OfRules_GivesThemBack()
    {
        DeclineRule[] rules = [_full, new()];
        var node = new V1.Node { Declines = { rules.Select(DeclineBodies.Decline) } };
        Assert.Equal(rules, DeclineBodies.Declines(node).Rules.ToArray());
        Assert.Same(Declines.None, DeclineBodies.Declines(new V1.Node()));
    }

    [Fact]
    public void Fit_OfTooManyRules_OrTooLongOnes_IsFalse()
    {
        var rule = new DeclineRule { Name = "a/*" };
        Assert.True(DeclineBodies.Fit([.. Enumerable.Repeat(rule, 32)]));
        Assert.False(DeclineBodies.Fit([.. Enumerable.Repeat(rule, 33)]));
        Assert.True(DeclineBodies.Fit([rule with { Reason = new string('x', 128) }]));
        Assert.False(DeclineBodies.Fit([rule with { Reason = new string('x', 129) }]));
        Assert.False(DeclineBodies.Fit([rule with { Licence = new string('x', 65) }]));
        Assert.False(DeclineBodies.Fit([rule with { Name = new string('x', 97) }]));
        Assert.False(DeclineBodies.Fit([rule with { Hazard = new string('x', 33) }]));
        Assert.False(DeclineBodies.Fit([rule with { LargerThan = (1L << 60) + 1 }]));
        // Each is short enough, and 23 of them are 8,280 bytes, more than a record has place for.
        var long360 = rule with { Name = "", LargerThan = 1L << 50, Reason = new string('€', 116) };
        Assert.True(DeclineBodies.Fit([.. Enumerable.Repeat(long360, 22)]));
        Assert.False(DeclineBodies.Fit([.. Enumerable.Repeat(long360, 23)]));
    }
}
