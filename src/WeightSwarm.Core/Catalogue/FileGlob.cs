namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// A pattern over a model's relative paths: <c>?</c> is one character and <c>*</c> any number of them within a segment,
/// a segment <c>**</c> is any number of segments, none included; everything else stands for itself, and upper and lower
/// case differ. It names whole paths: "*.json" names no file in a folder, "**/*.json" those at the top too. Immutable.
/// </summary>
public sealed class FileGlob
{
    private readonly string[] _segments;

    /// <param name="pattern">At most <see cref="ModelPath.LongestPath"/> characters.</param>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public FileGlob(string pattern)
    {
        if (pattern.Length is 0 or > ModelPath.LongestPath)
            throw new ArgumentException($"a pattern has 1 to {ModelPath.LongestPath} characters", nameof(pattern));
        Pattern = pattern;
        _segments = pattern.Split('/');
    }

    /// <summary>As it was given.</summary>
    public string Pattern { get; }

    /// <summary>Whether it names the whole path.</summary>
    public bool Matches(string path)
    {
        var names = path.Split('/');
        // Row by row: which numbers of names the segments so far can cover. No backtracking, so no slow patterns.
        var covered = new bool[names.Length + 1];
        covered[0] = true;
        foreach (var segment in _segments) covered = Next(covered, segment, names);
        return covered[names.Length];
    }

    private static bool[] Next(bool[] covered, string segment, string[] names)
    {
        var next = new bool[covered.Length];
        for (var n = 0; n < covered.Length; n++)
        {
            if (segment == "**") next[n] = covered[n] || (n > 0 && next[n - 1]);
            else next[n] = n > 0 && covered[n - 1] && MatchesName(segment, names[n - 1]);
        }
        return next;
    }

    /// <summary>Whether a pattern of one segment names the whole of a name.</summary>
    internal static bool MatchesName(string pattern, string name)
    {
        var (p, n, star, mark) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark, p) = (p, n, p + 1);
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == name[n])) (p, n) = (p + 1, n + 1);
            else if (star >= 0) (p, mark, n) = (star + 1, mark + 1, mark + 1);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
