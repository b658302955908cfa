using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>donate SIZE [PATH]</c>: lets the swarm use disk space, or with size 0 takes it back.</summary>
internal static class DonateCommand
{
    /// <param name="Bytes">The quota; 0 gives the folder back to its owner.</param>
    /// <param name="Path">Absolute; empty: the daemon's default folder.</param>
    /// <param name="DeadlineS">Seconds after which slices that have to go wait for nobody; 0: never.</param>
    internal sealed record Options(ulong Bytes, string Path, ulong DeadlineS);

    public static Command Create(CommandLine commandLine)
    {
        var size = new Argument<ulong>("SIZE")
        {
            Description = "How much, such as 500GB; 0 hands the folder's slices over and then empties it",
            CustomParser = CommonOptions.ParseSize,
        };
        var path = new Argument<string>("PATH")
        {
            Description = "The folder (default: 'donation' in the state folder)",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var deadline = CommonOptions.Deadline();
        var command = new Command("donate", "Donate disk space, change how much, or take it back")
        {
            size, path, deadline,
        };
        commandLine.Bind(command, parsed => new Options(
            parsed.GetValue(size), Absolute(parsed.GetValue(path) ?? ""), parsed.GetValue(deadline)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new DonateRequest
        {
            Bytes = options.Bytes,
            Path = options.Path,
            DeadlineS = options.DeadlineS,
        };
        var reply = await daemon.Client.DonateAsync(request, daemon.Unary());
        DonationReport.Print("donate", session, reply);
        return ExitCode.Ok;
    }

    private static string Absolute(string path) => path.Length == 0 ? "" : Path.GetFullPath(path);
}
