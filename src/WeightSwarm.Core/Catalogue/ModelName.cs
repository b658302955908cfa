namespace WeightSwarm.Core.Catalogue;

/// <summary>The name of a model on the hubs: ORG/MODEL. Case is kept.</summary>
public sealed record ModelName
{
    /// <summary>Longest name in characters.</summary>
    public const int Longest = 96;
    /// <summary>Longest revision in characters.</summary>
    public const int LongestRevision = 128;

    private ModelName(string organisation, string model)
    {
        Organisation = organisation;
        Model = model;
    }

    /// <summary>What stands before the slash.</summary>
    public string Organisation { get; }
    /// <summary>What stands behind it.</summary>
    public string Model { get; }

    /// <summary>
    /// Reads ORG/MODEL by the rule that the hubs' clients apply: letters, digits, '.', '_' and '-'; no "--" and no
    /// ".."; at most 96 characters; no part begins or ends with '-' or '.'; no ".git" at the end.
    /// </summary>
    /// <returns>The name, or null and a reason that names the text and the remedy.</returns>
    public static ModelName? Parse(string text, out string reason)
    {
        reason = Fault(text) is { } fault ? $"the model name '{Brief(text)}' {fault}; write it as ORG/MODEL" : "";
        if (reason.Length > 0) return null;
        var slash = text.IndexOf('/');
        return new ModelName(text[..slash], text[(slash + 1)..]);
    }

    /// <summary>
    /// Null for a revision that can be catalogued: 1 to 128 of letters, digits and "._-/+@:"; else what is wrong with
    /// it.
    /// </summary>
    public static string? RevisionFault(string revision)
    {
        if (revision.Length is 0 or > LongestRevision)
            return $"the revision has {revision.Length} characters; 1 to {LongestRevision} are accepted";
        return revision.All(c => char.IsAsciiLetterOrDigit(c) || "._-/+@:".Contains(c))
            ? null
            : $"the revision '{Brief(revision)}' has a character other than letters, digits and ._-/+@:";
    }

    /// <summary>True for 40 lower-case hexadecimal digits: a commit, which names the files by itself.</summary>
    public static bool IsCommit(string revision) => revision.Length == 40 && revision.All(char.IsAsciiHexDigitLower);

    /// <summary>
    /// The name of the torrent: the commit where the revision is one, so that a hub's own address of each file is
    /// "base/commit/path" (BEP 19) and everybody who adds it gets the same info-hash; else ORG--MODEL.
    /// </summary>
    public string TorrentName(string revision) => IsCommit(revision) ? revision : $"{Organisation}--{Model}";

    /// <summary>ORG/MODEL.</summary>
    public override string ToString() => $"{Organisation}/{Model}";

    private static string? Fault(string text)
    {
        if (text.Length > Longest) return $"has {text.Length} characters, more than {Longest}";
        var parts = text.Split('/');
        if (parts.Length != 2) return "does not have exactly one '/'";
        foreach (var part in parts)
            if (PartFault(part) is { } fault)
                return fault;
        return text.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? "ends with '.git'" : null;
    }

    private static string? PartFault(string part)
    {
        if (part.Length == 0) return "has an empty part";
        foreach (var c in part)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                return $"has the character U+{(int)c:X4}";
        if (part[0] is '-' or '.' || part[^1] is '-' or '.') return "has a part that begins or ends with '-' or '.'";
        if (part.Contains("--", StringComparison.Ordinal)) return "has '--'";
        return part.Contains("..", StringComparison.Ordinal) ? "has '..'" : null;
    }

    private static string Brief(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
