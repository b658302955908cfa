using Spectre.Console;

namespace WeightSwarm.Cli.Output;

/// <summary>A piece of text with its style.</summary>
internal readonly record struct Cell(string Text, Style? Style = null)
{
    public static implicit operator Cell(string text) => new(text);

    /// <summary>A number, as it is written everywhere.</summary>
    public static Cell Of(ulong number) => new(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A risk in its colour.</summary>
    public static Cell Risk(string risk) => new(risk, risk switch
    {
        "safe" => new Style(Color.Green),
        "thin" => new Style(Color.Yellow),
        _ => new Style(Color.Red),
    });
}

/// <summary>Columns of text under upper-case headings, without borders: easy to read, and to cut with awk.</summary>
internal sealed class Table
{
    private const string Gap = "   ";
    private readonly string[] _headings;
    private readonly bool[] _right;
    private readonly List<Cell[]> _rows = [];

    /// <param name="headings">One per column; a leading '&gt;' aligns the column to the right, as numbers are.</param>
    public Table(params string[] headings)
    {
        _right = [.. headings.Select(heading => heading.StartsWith('>'))];
        _headings = [.. headings.Select(heading => heading.TrimStart('>'))];
    }

    /// <param name="cells">One per column.</param>
    public void Add(params Cell[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, _headings.Length);
        _rows.Add(cells);
    }

    /// <summary>The lines, headings first; the last column is not padded.</summary>
    public IEnumerable<IReadOnlyList<Cell>> Lines()
    {
        var widths = Enumerable.Range(0, _headings.Length)
            .Select(i => _rows.Select(row => row[i].Text.Length).Append(_headings[i].Length).Max()).ToArray();
        yield return Line([.. _headings.Select(heading => new Cell(heading))], widths);
        foreach (var row in _rows) yield return Line(row, widths);
    }

    private Cell[] Line(Cell[] row, int[] widths) =>
        [.. row.SelectMany((cell, i) => Padded(cell, i, widths[i]))];

    private IEnumerable<Cell> Padded(Cell cell, int column, int width)
    {
        var padding = new string(' ', width - cell.Text.Length);
        if (_right[column]) yield return padding;
        yield return cell;
        if (column == _headings.Length - 1) yield break;
        if (!_right[column]) yield return padding;
        yield return Gap;
    }
}
