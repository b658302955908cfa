using System.Collections.Immutable;

namespace WeightSwarm.Core.Catalogue;

/// <summary>The rules by which one node declines models, made ready to be asked of many. Immutable.</summary>
public sealed class Declines
{
    private readonly FileGlob?[] _names;
    private readonly string[] _licences;

    /// <param name="rules">In the order in which they are asked.</param>
    public Declines(ImmutableArray<DeclineRule> rules)
    {
        Rules = rules;
        _names = [.. rules.Select(r => r.Name.Length == 0 ? null : new FileGlob(AsciiCase.Lower(r.Name)))];
        _licences = [.. rules.Select(r => AsciiCase.Lower(r.Licence))];
    }

    /// <summary>Nothing is declined.</summary>
    public static Declines None { get; } = new([]);

    /// <summary>The rules.</summary>
    public ImmutableArray<DeclineRule> Rules { get; }

    /// <summary>Whether there are no rules.</summary>
    public bool IsNone => Rules.IsEmpty;

    /// <summary>The first rule that declines a model, or null. The same in every view.</summary>
    public DeclineRule? RuleAgainst(DeclineSubject model)
    {
        for (var i = 0; i < Rules.Length; i++)
            if (Applies(i, model))
                return Rules[i];
        return null;
    }

    /// <inheritdoc cref="RuleAgainst(DeclineSubject)"/>
    public DeclineRule? RuleAgainst(Entry model) => IsNone ? null : RuleAgainst(new DeclineSubject(model));

    private bool Applies(int at, DeclineSubject model)
    {
        var rule = Rules[at];
        return !rule.IsEmpty && (rule.LargerThan == 0 || model.Bytes > rule.LargerThan) &&
            (rule.Hazard.Length == 0 || model.Hazards.Contains(rule.Hazard, StringComparer.Ordinal)) &&
            (_licences[at].Length == 0 || model.Licence.IsBoundTo(_licences[at])) &&
            (_names[at] is not { } name || name.Matches(model.Name));
    }
}

/// <summary>What rules look at in a model, worked out once.</summary>
public sealed class DeclineSubject
{
    /// <param name="model">The model.</param>
    public DeclineSubject(Entry model)
    {
        (Bytes, Name) = (model.Bytes, AsciiCase.Lower(model.Model));
        Hazards = model.Facts?.Hazards ?? [];
        Licence = LicenceTerms.Of(model.Licence);
    }

    internal long Bytes { get; }
    internal string Name { get; }
    internal ImmutableArray<string> Hazards { get; }
    internal LicenceTerms Licence { get; }
}
