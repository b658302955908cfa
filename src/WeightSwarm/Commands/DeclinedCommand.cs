using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>declined</c>: the rules by which this node takes models not, with their numbers.</summary>
internal static class DeclinedCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("declined", "List what this node declines, with the numbers that 'accept' takes");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.DeclinedAsync(new DeclinedRequest(), daemon.Unary());
        DeclineReport.Print("declined", session, reply, text => DeclineReport.WriteList(text, reply));
        return ExitCode.Ok;
    }
}
