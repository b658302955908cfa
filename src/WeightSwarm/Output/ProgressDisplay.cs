using Spectre.Console;
using Spectre.Console.Rendering;
using WeightSwarm.Node.Control;

namespace WeightSwarm.Cli.Output;

/// <summary>A progress bar with rate and time left, on stderr, and only where that is a terminal.</summary>
internal static class ProgressDisplay
{
    /// <summary>Told where the work stands: what it does now, bytes done, bytes in all.</summary>
    public delegate void Report(string phase, ulong done, ulong total);

    /// <summary>Does the work, and shows what it reports; the bar is gone when the work ends.</summary>
    public static Task<T> ShowAsync<T>(Terminal terminal, Func<Report, Task<T>> work)
    {
        if (!terminal.ErrorIsTerminal) return work((_, _, _) => { });
        var colour = !terminal.NoColour;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Environment("TERM") == "dumb" ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal.Error),
        });
        return console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
            new BytesColumn(), new RateColumn(), new RemainingTimeColumn())
            .StartAsync(context => work(Reporter(context.AddTask("starting", maxValue: 1))));
    }

    private static Report Reporter(ProgressTask task) => (phase, done, total) =>
    {
        task.Description = Markup.Escape(Words.Printable(phase));
        task.MaxValue = Math.Max(1, total);
        task.Value = done;
    };

    private sealed class BytesColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{SizeText.Format((ulong)task.Value)} of {SizeText.Format((ulong)task.MaxValue)}");
    }

    private sealed class RateColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Speed is { } speed && double.IsFinite(speed) ? $"{SizeText.Format((ulong)speed)}/s" : "-");
    }
}
