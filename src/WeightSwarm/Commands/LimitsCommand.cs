using System.CommandLine;
using System.CommandLine.Parsing;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>limits</c>: how much bandwidth the daemon may use, and when.</summary>
internal static class LimitsCommand
{
    internal sealed record ShowOptions;

    /// <param name="Up">Bytes per second, 0 unlimited, null as it is.</param>
    /// <param name="Down">Bytes per second, 0 unlimited, null as it is.</param>
    /// <param name="When">Windows; empty: the default.</param>
    internal sealed record SetOptions(ulong? Up, ulong? Down, string[] When);

    /// <param name="When">Windows of the rule; empty: all rules.</param>
    internal sealed record ClearOptions(string[] When);

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("limits", "Show how much bandwidth the daemon may use, and when")
        {
            CreateSet(commandLine), CreateClear(commandLine),
        };
        commandLine.Bind(command, _ => new ShowOptions(), ShowAsync);
        return command;
    }

    public static async Task<ExitCode> ShowAsync(ShowOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        LimitsReport.Print(session, await daemon.Client.ShowLimitsAsync(new ShowLimitsRequest(), daemon.Unary()));
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> SetAsync(SetOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new SetLimitsRequest { When = { options.When } };
        if (options.Up is { } up) request.Up = up;
        if (options.Down is { } down) request.Down = down;
        LimitsReport.Print(session, await daemon.Client.SetLimitsAsync(request, daemon.Unary()));
        return ExitCode.Ok;
    }

    public static async Task<ExitCode> ClearAsync(ClearOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new ClearLimitsRequest { When = { options.When } };
        LimitsReport.Print(session, await daemon.Client.ClearLimitsAsync(request, daemon.Unary()));
        return ExitCode.Ok;
    }

    private static Command CreateSet(CommandLine commandLine)
    {
        var (up, down) = (Rate("--up", "Sent to other machines"), Rate("--down", "Received from other machines"));
        var when = When("Only then, by this machine's clock, such as \"mon-fri 08:00-18:00\", \"sat,sun\" or "
            + "\"22:00-06:00\"; may be repeated. Without it: the default for all other times");
        var command = new Command("set", "Limit what is sent and received, always or at some times") { up, down, when };
        command.Validators.Add(result =>
        {
            if (result.GetResult(up) is null && result.GetResult(down) is null)
                result.AddError("give --up RATE, --down RATE, or both");
        });
        commandLine.Bind(command, parsed => new SetOptions(
            parsed.GetValue(up), parsed.GetValue(down), parsed.GetValue(when) ?? []), SetAsync);
        return command;
    }

    private static Command CreateClear(CommandLine commandLine)
    {
        var when = When("Only the rule of these times; without it every limit goes");
        var command = new Command("clear", "Lift the limits") { when };
        commandLine.Bind(command, parsed => new ClearOptions(parsed.GetValue(when) ?? []), ClearAsync);
        return command;
    }

    private static Option<string[]> When(string description) =>
        new("--when") { Description = description, HelpName = "TIMES", Arity = ArgumentArity.OneOrMore };

    private static Option<ulong?> Rate(string name, string what) => new(name)
    {
        Description = $"{what}, per second: such as 2MB or 500kB, or unlimited",
        HelpName = "RATE",
        CustomParser = ParseRate,
    };

    private static ulong? ParseRate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Equals("unlimited", StringComparison.OrdinalIgnoreCase)) return 0;
        var size = text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
        if (SizeText.TryParse(size, out var bytes) && bytes > 0) return bytes;
        result.AddError($"'{text}' is not a rate: write a size per second, such as 2MB or 500kB, or unlimited");
        return null;
    }
}
