using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>decline</c>: models that this node does not take.</summary>
internal static class DeclineCommand
{
    /// <param name="Licence">Pattern; empty: any.</param>
    /// <param name="LargerThan">Bytes; 0: of any size.</param>
    /// <param name="Name">Pattern; empty: any.</param>
    /// <param name="Hazard">Label; empty: with or without any.</param>
    /// <param name="Reason">For people.</param>
    internal sealed record Options(string Licence, ulong LargerThan, string Name, string Hazard, string Reason);

    public static Command Create(CommandLine commandLine)
    {
        var licence = Text("--licence", "PATTERN", "By licence: an SPDX identifier, or a pattern such as CC-BY-NC-*");
        var larger = CommonOptions.Size(new Option<ulong>("--larger-than")
        {
            Description = "Models with more bytes than this, such as 200GB",
            HelpName = "SIZE",
        });
        var name = Text("--name", "GLOB", "By name: ORG/MODEL, or a pattern such as 'acme/*'");
        var hazard = Text("--hazard", "LABEL", "By hazard: contains-pickle, dangerous-pickle, contains-code");
        hazard.CompletionSources.Add("contains-pickle", "dangerous-pickle", "contains-code", "safe-formats-only");
        var reason = Text("--reason", "TEXT", "Why; the other nodes see it");
        var command = new Command(
            "decline", "Take no models of some licence, size, name or hazard; of several, those to which all apply")
        {
            licence, larger, name, hazard, reason,
        };
        command.Validators.Add(result =>
        {
            if (new Option[] { licence, larger, name, hazard }.All(option => result.GetResult(option) is null))
                result.AddError("give --licence, --larger-than, --name or --hazard");
        });
        commandLine.Bind(command, parsed => new Options(
            parsed.GetValue(licence) ?? "", parsed.GetValue(larger), parsed.GetValue(name) ?? "",
            parsed.GetValue(hazard) ?? "", parsed.GetValue(reason) ?? ""), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.DeclineAsync(
            new DeclineRequest
            {
                Licence = options.Licence,
                LargerThan = options.LargerThan,
                Name = options.Name,
                Hazard = options.Hazard,
                Reason = options.Reason,
            },
            daemon.Unary());
        DeclineReport.Print("decline", session, reply, text => DeclineReport.WriteOne(text, reply));
        return ExitCode.Ok;
    }

    private static Option<string> Text(string name, string help, string description) =>
        new(name) { Description = description, HelpName = help };
}
