using System.Globalization;

namespace WeightSwarm.Benchmarks;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class BenchOptions
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public BenchOptions(string[] arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!known.Contains(name) || i + 1 == arguments.Length)
                throw new ArgumentException(
                    $"'{arguments[i]}' is no option with a value; known: --{string.Join(", --", known)}");
            _values[name] = arguments[i + 1];
        }
    }

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise) => _values.TryGetValue(name, out var text)
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : otherwise;

    /// <summary>Bytes; K, M and G are powers of 1024.</summary>
    public long Bytes(string name, long otherwise)
    {
        if (!_values.TryGetValue(name, out var text)) return otherwise;
        var shift = "KMG".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal);
        var number = long.Parse(shift < 0 ? text : text[..^1], CultureInfo.InvariantCulture);
        return number << (10 * (shift + 1));
    }
}
