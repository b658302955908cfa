namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// A licence as SPDX writes it (ISO/IEC 5962 annex D), turned around so that it can be asked whether every way to use
/// the model falls under a pattern: with AND all licences bind, with OR one may be chosen, and AND goes before OR.
/// Immutable.
/// </summary>
internal sealed class LicenceTerms
{
    private const string And = "and", Or = "or", With = "with", Open = "(", Close = ")";

    // Reverse Polish notation: licences in lower case, and operators behind their two operands.
    private readonly string[] _terms;
    private readonly bool _isSound;

    private LicenceTerms(string[] terms, bool isSound) => (_terms, _isSound) = (terms, isSound);

    /// <summary>Reads any text; of one that is no expression only the identifiers are used.</summary>
    public static LicenceTerms Of(string licence)
    {
        var words = AsciiCase.Lower(licence)
            .Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var terms = new List<string>(words.Length);
        var isSound = Arrange(WithExceptions(words), terms) && IsWhole(terms);
        return new LicenceTerms([.. terms], isSound);
    }

    /// <summary>
    /// Whether nobody can use the model without a licence that the pattern (lower case, <c>*</c> and <c>?</c>) names.
    /// Where the text is no expression: whether it has such an identifier.
    /// </summary>
    public bool IsBoundTo(string pattern)
    {
        if (!_isSound) return _terms.Any(term => !IsOperator(term) && Names(pattern, term));
        var bound = new Stack<bool>();
        foreach (var term in _terms)
        {
            if (!IsOperator(term)) bound.Push(Names(pattern, term));
            else if (term == And) bound.Push(bound.Pop() | bound.Pop());
            else bound.Push(bound.Pop() & bound.Pop());
        }
        return bound.Pop();
    }

    private static bool IsOperator(string term) => term is And or Or;

    /// <summary>A pattern names a licence with any exception to it, or with the one that it gives.</summary>
    private static bool Names(string pattern, string term)
    {
        var exception = term.IndexOf(' ', StringComparison.Ordinal);
        return FileGlob.MatchesName(pattern, term) ||
            (exception > 0 && FileGlob.MatchesName(pattern, term[..exception]));
    }

    private static List<string> WithExceptions(string[] words)
    {
        var joined = new List<string>(words.Length);
        for (var i = 0; i < words.Length; i++)
        {
            var isException = words[i] == With && joined.Count > 0 && i + 1 < words.Length;
            if (!isException) joined.Add(words[i]);
            else joined[^1] += $" {With} {words[++i]}";
        }
        return joined;
    }

    /// <summary>Dijkstra's shunting yard; false when the parentheses do not fit.</summary>
    private static bool Arrange(List<string> words, List<string> terms)
    {
        var waiting = new Stack<string>();
        var isSound = true;
        foreach (var word in words)
        {
            if (word == Open) waiting.Push(word);
            else if (word == Close)
            {
                while (waiting.Count > 0 && waiting.Peek() != Open) terms.Add(waiting.Pop());
                isSound &= waiting.TryPop(out _);
            }
            else if (!IsOperator(word)) terms.Add(word);
            else
            {
                while (waiting.Count > 0 && waiting.Peek() is var top && (top == And || (top == Or && word == Or)))
                    terms.Add(waiting.Pop());
                waiting.Push(word);
            }
        }
        while (waiting.TryPop(out var rest))
        {
            isSound &= rest != Open;
            if (rest != Open) terms.Add(rest);
        }
        return isSound;
    }

    /// <summary>Whether every operator has two operands, and one result is left.</summary>
    private static bool IsWhole(List<string> terms)
    {
        var depth = 0;
        foreach (var term in terms)
        {
            if (IsOperator(term) && depth < 2) return false;
            depth += IsOperator(term) ? -1 : 1;
        }
        return depth == 1;
    }
}
