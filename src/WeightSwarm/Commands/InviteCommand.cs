using System.CommandLine;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>invite</c>: what another node joins the network with, and nothing else on the line.</summary>
internal static class InviteCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("invite", "Print an invite to this node's network");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.InviteAsync(new InviteRequest(), daemon.Unary());
        session.Print("invite", json => json.WriteString("invite", reply.Invite), text => text.Line(reply.Invite));
        return ExitCode.Ok;
    }
}
