using System.Collections.Immutable;

namespace WeightSwarm.Core.Catalogue;

/// <summary>What became of a licence.</summary>
/// <param name="Licence">In its usual spelling; null when it is none.</param>
/// <param name="Reason">What is wrong, with what was probably meant; empty for a licence.</param>
/// <param name="Suggestions">Up to three identifiers near to the one that is unknown; else empty.</param>
public sealed record LicenceResult(string? Licence, string Reason, ImmutableArray<string> Suggestions);

/// <summary>
/// Checks licences as SPDX writes them (ISO/IEC 5962 annex D): identifiers, "+", WITH, AND, OR and parentheses. Upper
/// and lower case do not matter. Any LicenseRef- of letters, digits, '.' and '-' is accepted, because many weights have
/// a licence of their own.
/// </summary>
public static class Licences
{
    /// <summary>Longest expression in characters.</summary>
    public const int Longest = 256;

    private const string Reference = "LicenseRef-";
    private static readonly string[] Operators = ["AND", "OR", "WITH"];
    private static readonly SortedDictionary<string, string> Identifiers = Table(LicenceList.Identifiers);
    private static readonly SortedDictionary<string, string> Exceptions = Table(LicenceList.Exceptions);
    private static readonly SortedDictionary<string, string> WeightLicences = Table(LicenceList.WeightLicences);

    /// <summary>Checks an expression or a single identifier.</summary>
    public static LicenceResult Check(string expression)
    {
        if (expression.Length > Longest)
            return Wrong($"the licence has {expression.Length} characters, more than {Longest}");
        if (string.IsNullOrWhiteSpace(expression))
            return Wrong("the licence is empty; give an SPDX identifier such as MIT");
        var canonical = new List<string>();
        var state = new Reading(0, true, false);
        foreach (var word in Words(expression))
            if (Take(word, ref state, canonical) is { } fault)
                return fault;
        if (state.WantsLicence) return Wrong($"the licence '{expression}' ends where another one is expected");
        if (state.Depth > 0) return Wrong($"the licence '{expression}' lacks a closing parenthesis");
        return new LicenceResult(Join(canonical), "", []);
    }

    private record struct Reading(int Depth, bool WantsLicence, bool WantsException);

    private static LicenceResult? Take(string word, ref Reading state, List<string> canonical)
    {
        var isOperator = Operators.Contains(word, StringComparer.OrdinalIgnoreCase);
        var opens = word == "(";
        if (state.WantsLicence != (opens || (!isOperator && word != ")")))
            return Wrong($"'{word}' stands where {(state.WantsLicence ? "a licence" : "AND, OR or WITH")} is expected");
        if (opens && state.WantsException) return Wrong("'(' stands where an exception is expected");
        state.Depth += opens ? 1 : word == ")" ? -1 : 0;
        if (state.Depth < 0) return Wrong("')' closes nothing");
        var spelled = opens || word == ")" ? word : isOperator ? word.ToUpperInvariant() : null;
        if (spelled == "WITH" && canonical[^1] == ")")
            return Wrong("WITH stands behind a parenthesis, not behind a licence");
        spelled ??= state.WantsException ? Known(Exceptions, word) : Identifier(word);
        if (spelled is null) return Unknown(word, state.WantsException);
        state.WantsLicence = opens || isOperator;
        state.WantsException = spelled == "WITH";
        canonical.Add(spelled);
        return null;
    }

    private static string? Identifier(string word)
    {
        if (Known(Identifiers, word) is { } identifier) return identifier;
        if (word.EndsWith('+') && Known(Identifiers, word[..^1]) is { } orLater) return orLater + "+";
        if (Known(WeightLicences, word) is { } weights) return weights;
        if (!word.StartsWith(Reference, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = word[Reference.Length..];
        var isReference = rest.Length > 0 && rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-');
        return isReference ? Reference + rest : null;
    }

    private static LicenceResult Unknown(string word, bool isException)
    {
        var near = isException
            ? Nearest(word, Exceptions.Values)
            : Nearest(word, Identifiers.Values, WeightLicences.Values);
        var meant = near.IsEmpty ? "" : $"did you mean {string.Join(", ", near)}? ";
        var what = isException ? "exception" : "licence identifier";
        var remedy = isException ? "see spdx.org/licenses" : "for any other licence write LicenseRef-NAME";
        return new LicenceResult(null, $"'{word}' is no SPDX {what}; {meant}{remedy}", near);
    }

    private static ImmutableArray<string> Nearest(string word, params IEnumerable<string>[] lists)
    {
        var wanted = Bare(word);
        var most = Math.Max(2, wanted.Length / 4);
        return
        [
            .. lists.SelectMany(list => list)
                .Select(id => (Id: id, Distance: Distance(wanted, Bare(id))))
                .Where(near => near.Distance <= most)
                .OrderBy(near => near.Distance).ThenBy(near => near.Id, StringComparer.Ordinal)
                .Take(3).Select(near => near.Id),
        ];
    }

    // Short names lack the version: that should not count as far away.
    private static int Distance(string wanted, string known)
    {
        if (wanted == known) return 0;
        var isBeginning = wanted.Length >= 3 && known.StartsWith(wanted, StringComparison.Ordinal);
        return isBeginning ? 1 : EditDistance(wanted, known);
    }

    // The hubs' own names lack the LicenseRef-, and people leave dashes and dots out.
    private static string Bare(string identifier)
    {
        var rest = identifier.StartsWith(Reference, StringComparison.OrdinalIgnoreCase)
            ? identifier[Reference.Length..]
            : identifier;
        return new string([.. rest.Where(char.IsAsciiLetterOrDigit)]).ToUpperInvariant();
    }

    // Levenshtein, one row.
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }

    private static string[] Words(string expression) => expression
        .Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Join(IEnumerable<string> words) => string.Join(' ', words)
        .Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal);

    private static string? Known(SortedDictionary<string, string> table, string word) => table.GetValueOrDefault(word);

    private static SortedDictionary<string, string> Table(string words)
    {
        var table = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) table[word] = word;
        return table;
    }

    private static LicenceResult Wrong(string reason) => new(null, reason, []);
}
