using Spectre.Console;

namespace WeightSwarm.Cli.Output;

/// <summary>Text for people on stdout: lines and tables, coloured only where that was asked for.</summary>
internal sealed class TextOutput
{
    private readonly IAnsiConsole _console;

    public TextOutput(TextWriter destination, bool colour)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(destination),
        });
        // Lines are never folded here: a pipe wants them whole, and a terminal folds them itself.
        _console.Profile.Width = short.MaxValue;
    }

    public void Line(string text = "") => Write([new Cell(text)]);

    /// <summary>A label and its value, aligned with others of their kind.</summary>
    public void Fact(string label, string value) => Line($"{label + ":",-12} {value}");

    /// <summary>A line of cells as they are.</summary>
    public void Write(IEnumerable<Cell> cells)
    {
        var line = new Paragraph();
        var any = false;
        foreach (var cell in cells)
        {
            var text = Words.Printable(cell.Text);
            if (text.Length == 0) continue;
            line.Append(text, cell.Style);
            any = true;
        }
        if (any) _console.Write(line);
        _console.WriteLine();
    }

    public void Table(Table table)
    {
        foreach (var line in table.Lines()) Write(line);
    }
}
