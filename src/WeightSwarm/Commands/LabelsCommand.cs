using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>labels</c>: whose the node is and where it stands, so that copies do not lie together.</summary>
internal static class LabelsCommand
{
    internal sealed record ShowOptions;

    /// <param name="Operator">Empty: none; null: as it is.</param>
    /// <param name="Site">Empty: none; null: as it is.</param>
    internal sealed record SetOptions(string? Operator, string? Site);

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("labels", "Show whose this node is and where it stands, as the others are told")
        {
            CreateSet(commandLine), CreateClear(commandLine),
        };
        commandLine.Bind(command, _ => new ShowOptions(), ShowAsync);
        return command;
    }

    public static async Task<ExitCode> ShowAsync(ShowOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        LabelsReport.Print(session, await daemon.Client.ShowLabelsAsync(new ShowLabelsRequest(), daemon.Unary()));
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> SetAsync(SetOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new SetLabelsRequest();
        if (options.Operator is { } name) request.Operator = name;
        if (options.Site is { } site) request.Site = site;
        LabelsReport.Print(session, await daemon.Client.SetLabelsAsync(request, daemon.Unary()));
        return ExitCode.Ok;
    }

    private static Command CreateSet(CommandLine commandLine)
    {
        var (name, site) = (
            Label("--operator", "Who runs it: give the same to all your nodes"),
            Label("--site", "Where it stands: the same for all that a fire or a power cut would take together"));
        var command = new Command("set", "Of nodes with one label a network counts one copy of a slice") { name, site };
        command.Validators.Add(result =>
        {
            if (result.GetResult(name) is null && result.GetResult(site) is null)
                result.AddError("give --operator NAME, --site NAME, or both");
        });
        commandLine.Bind(
            command, parsed => new SetOptions(parsed.GetValue(name), parsed.GetValue(site)), SetAsync);
        return command;
    }

    private static Command CreateClear(CommandLine commandLine)
    {
        var command = new Command("clear", "Take both labels off");
        commandLine.Bind(command, _ => new SetOptions("", ""), SetAsync);
        return command;
    }

    private static Option<string?> Label(string name, string what) => new(name)
    {
        Description = what,
        HelpName = "NAME",
    };
}
