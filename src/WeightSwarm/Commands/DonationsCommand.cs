using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>donations</c>: the donated folders, how full they are, and whether their volumes are there.</summary>
internal static class DonationsCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("donations", "List the donated folders");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.DonationsAsync(new DonationsRequest(), daemon.Unary());
        DonationReport.Print("donations", session, reply);
        return ExitCode.Ok;
    }
}
