using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Formats;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class DeclinesTests
{
    private static readonly Entry _model = Swarm.Model(0, 2, 1 << 30) with
    {
        Model = "Acme/Parrot-7B",
        Licence = "CC-BY-NC-4.0",
        Facts = new Facts { Hazards = [HazardLabels.ContainsPickle] },
    };

    private static bool IsDeclined(DeclineRule rule, Entry? model = null) =>
        new Declines([rule]).RuleAgainst(model ?? _model) is not null;

    [Theory]
    [InlineData("acme/*", true)]
    [InlineData("ACME/parrot-*", true)]
    [InlineData("*/parrot-?b", true)]
    [InlineData("**", true)]
    [InlineData("acme", false)]
    [InlineData("*", false)]
    [InlineData("acme/parrot", false)]
    public void Name_IsAPatternOverTheWholeName_InAnyCase(string pattern, bool declined) =>
        Assert.Equal(declined, IsDeclined(new DeclineRule { Name = pattern }));

    [Theory]
    [InlineData((2L << 30) - 1, true)]
    [InlineData(2L << 30, false)]
    public void LargerThan_IsNotAsLargeAs(long limit, bool declined) =>
        Assert.Equal(declined, IsDeclined(new DeclineRule { LargerThan = limit }));

    [Fact]
    public void Hazard_IsOneOfTheEntrys()
    {
        Assert.True(IsDeclined(new DeclineRule { Hazard = HazardLabels.ContainsPickle }));
        Assert.False(IsDeclined(new DeclineRule { Hazard = HazardLabels.DangerousPickle }));
        var unlooked = _model with { Facts = null };
        Assert.False(IsDeclined(new DeclineRule { Hazard = HazardLabels.ContainsPickle }, unlooked));
    }

    [Theory]
    [InlineData("MIT", "mit", true)]
    [InlineData("CC-BY-NC-4.0", "cc-by-nc-*", true)]
    [InlineData("CC-BY-4.0", "cc-by-nc-*", false)]
    [InlineData("GPL-2.0+", "GPL-2.0", false)]
    [InlineData("MIT AND CC-BY-NC-4.0", "cc-by-nc-*", true)]
    [InlineData("MIT OR CC-BY-NC-4.0", "cc-by-nc-*", false)]
    [InlineData("CC-BY-NC-4.0 OR CC-BY-NC-SA-4.0", "cc-by-nc-*", true)]
    [InlineData("MIT OR Apache-2.0 AND CC-BY-NC-4.0", "cc-by-nc-*", false)]
    [InlineData("(MIT OR Apache-2.0) AND CC-BY-NC-4.0", "cc-by-nc-*", true)]
    [InlineData("MIT AND (CC-BY-NC-4.0 OR Apache-2.0)", "cc-by-nc-*", false)]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0-only", true)]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", "*classpath*", true)]
    [InlineData("LicenseRef-research", "LicenseRef-*", true)]
    // What is no expression is taken at its words: a volunteer who declines a licence is not to be tricked.
    [InlineData("MIT OR OR CC-BY-NC-4.0", "cc-by-nc-*", true)]
    [InlineData("(MIT OR CC-BY-NC-4.0", "cc-by-nc-*", true)]
    [InlineData("MIT CC-BY-NC-4.0)", "cc-by-nc-*", true)]
    [InlineData("OR", "or", false)]
    [InlineData("", "*", false)]
    public void Licence_IsDeclinedWhenNoWayAroundItIsLeft(string licence, string pattern, bool declined) =>
        Assert.Equal(declined, IsDeclined(new DeclineRule { Licence = pattern }, _model with { Licence = licence }));

    [Fact]
    public void Rule_WithSeveralCriteria_DeclinesWhatAllApplyTo()
    {
        var rule = new DeclineRule { Licence = "CC-BY-NC-*", LargerThan = 1 << 30, Name = "acme/*" };
        Assert.True(IsDeclined(rule));
        Assert.False(IsDeclined(rule with { Licence = "MIT" }));
        Assert.False(IsDeclined(rule with { LargerThan = 1L << 40 }));
        Assert.False(IsDeclined(rule with { Name = "other/*" }));
        Assert.Equal("licence CC-BY-NC-* and larger than 1.1 GB and name acme/*", rule.Words());
    }

    /// <summary>As a rule of a later version reads that knows a criterion which this one does not.</summary>
    [Fact]
    public void Rule_WithoutCriteria_DeclinesNothing() => Assert.False(IsDeclined(new DeclineRule { Reason = "x" }));

    [Fact]
    public void Rules_Several_AnswerTheFirstThatDeclines()
    {
        DeclineRule[] rules = [new() { Name = "other/*" }, new() { Licence = "*" }, new() { LargerThan = 1 }];
        Assert.Same(rules[1], new Declines([.. rules]).RuleAgainst(_model));
        Assert.Null(Declines.None.RuleAgainst(_model));
    }
}
