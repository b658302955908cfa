using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>drain</c>: hand every slice over to other nodes, see how far that is, or stop it.</summary>
internal static class DrainCommand
{
    /// <param name="Action">Start, show or cancel.</param>
    /// <param name="DeadlineS">Seconds after which nothing waits for other nodes; 0: never.</param>
    internal sealed record Options(DrainAction Action, ulong DeadlineS);

    public static Command Create(CommandLine commandLine)
    {
        var deadline = CommonOptions.Deadline();
        var command = new Command("drain", "Hand every slice of every donation over to other nodes, then delete it")
        {
            deadline,
            Sub(commandLine, "show", "Show how far a drain is", DrainAction.Show),
            Sub(commandLine, "cancel", "Stop draining: keep what is still here", DrainAction.Cancel),
        };
        commandLine.Bind(
            command, parsed => new Options(DrainAction.Start, parsed.GetValue(deadline)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new DrainRequest { Action = options.Action, DeadlineS = options.DeadlineS };
        var reply = await daemon.Client.DrainAsync(request, daemon.Unary());
        session.Print("drain",
            json => ReleaseReport.WriteDrain(json, reply),
            text => ReleaseReport.WriteDrain(text, reply, session.Terminal.Clock.GetUtcNow()));
        return ExitCode.Ok;
    }

    private static Command Sub(CommandLine commandLine, string name, string description, DrainAction action)
    {
        var command = new Command(name, description);
        commandLine.Bind(command, _ => new Options(action, 0), RunAsync);
        return command;
    }
}
