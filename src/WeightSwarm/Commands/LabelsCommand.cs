using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>labels</c>: whose the node is and where it stands, so that copies do not lie together.</summary>
internal static class LabelsCommand
{
    internal sealed record ShowOptions;

    /// <param name="Operator">Empty: none; null: as it is.</param>
    /// <param name="Site">Empty: none; null: as it is.</param>
    /// <param name="Asn">0: none; null: as it is.</param>
    /// <param name="Country">Empty: none; null: as it is.</param>
    internal sealed record SetOptions(string? Operator, string? Site, uint? Asn, string? Country);

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
        if (options.Asn is { } asn) request.Asn = asn;
        if (options.Country is { } country) request.Country = country;
        LabelsReport.Print(session, await daemon.Client.SetLabelsAsync(request, daemon.Unary()));
        return ExitCode.Ok;
    }

    private static Command CreateSet(CommandLine commandLine)
    {
        var (name, site) = (
            Label("--operator", "Who runs it: give the same to all your nodes"),
            Label("--site", "Where it stands: the same for all that a fire or a power cut would take together"));
        var (asn, country) = (Asn(), Label("--country", "The country that it stands in, such as DE", "CODE"));
        var command = new Command("set", "Of nodes with one operator or site a network counts one copy of a slice; "
            + "of those in one AS or country it seeks to have no more than a part")
        {
            name, site, asn, country,
        };
        command.Validators.Add(result =>
        {
            if (command.Options.All(option => result.GetResult(option) is null))
                result.AddError("give one or more of --operator NAME, --site NAME, --asn NUMBER and --country CODE");
        });
        commandLine.Bind(command, parsed => new SetOptions(
            parsed.GetValue(name), parsed.GetValue(site), parsed.GetValue(asn), parsed.GetValue(country)), SetAsync);
        return command;
    }

    private static Command CreateClear(CommandLine commandLine)
    {
        var command = new Command("clear", "Take all labels off");
        commandLine.Bind(command, _ => new SetOptions("", "", 0, ""), SetAsync);
        return command;
    }

    private static Option<string?> Label(string name, string what, string help = "NAME") => new(name)
    {
        Description = what,
        HelpName = help,
    };

    private static Option<uint?> Asn() => new("--asn")
    {
        Description = "The autonomous system of its internet provider, such as AS3320; 0 takes it off",
        HelpName = "NUMBER",
        CustomParser = ParseAsn,
    };

    private static uint? ParseAsn(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var digits = text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        if (uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        result.AddError($"'{text}' is not the number of an autonomous system: write one such as AS3320");
        return null;
    }
}
