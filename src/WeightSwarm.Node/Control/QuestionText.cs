using WeightSwarm.Core.Planning;

namespace WeightSwarm.Node.Control;

/// <summary>Questions of <c>plan --what-if</c>, for programs that have only this assembly.</summary>
public static class QuestionText
{
    /// <summary>The forms that can be answered, for people.</summary>
    public const string Forms = WhatIf.Forms;

    /// <summary>Whether a text has one of the forms.</summary>
    public static bool IsOne(string text) => WhatIf.Parse(text) is not null;
}
