using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>network curator add|remove|list</c>: who may add to the catalogue.</summary>
internal static class CuratorCommand
{
    /// <param name="Node">An id or the beginning of one.</param>
    /// <param name="Scope">Prefix of model names; empty: all.</param>
    /// <param name="BudgetBytes">0: no limit.</param>
    /// <param name="TermS">Seconds from now; 0: for ever.</param>
    internal sealed record AddOptions(string Node, string Scope, ulong BudgetBytes, ulong TermS);

    /// <param name="Node">An id or the beginning of one.</param>
    /// <param name="SinceMs">What it added from then on is dropped; 0: nothing is.</param>
    internal sealed record RemoveOptions(string Node, ulong SinceMs);

    internal sealed record ListOptions;

    public static Command Create(CommandLine commandLine)
    {
        var list = new Command("list", "List who may add to the catalogue, and what each has added");
        commandLine.Bind(list, _ => new ListOptions(), ListAsync);
        return new Command("curator", "Name those who may add to the catalogue beside the founder")
        {
            CreateAdd(commandLine), CreateRemove(commandLine), list,
        };
    }

    private static Command CreateAdd(CommandLine commandLine)
    {
        var node = Node();
        var scope = new Option<string>("--scope")
        {
            Description = "Only models whose name begins so, such as mistralai/ (default: all)",
            HelpName = "PREFIX",
            DefaultValueFactory = _ => "",
        };
        var budget = CommonOptions.Size(new Option<ulong>("--budget")
        {
            Description = "At most so much in all its active models, such as 2TB; more is not cared for "
                + "(default: no limit)",
            HelpName = "SIZE",
        });
        var term = new Option<ulong>("--for")
        {
            Description = "Until so long from now, such as 365d (default: for ever); what it added stays",
            HelpName = "DURATION",
            CustomParser = CommonOptions.ParseDuration,
        };
        var command = new Command("add", "Name a curator, or change what one may do; needs the founder's key")
        {
            node, scope, budget, term,
        };
        commandLine.Bind(command, parsed => new AddOptions(
            parsed.GetRequiredValue(node), parsed.GetValue(scope) ?? "", parsed.GetValue(budget),
            parsed.GetValue(term)), AddAsync);
        return command;
    }

    private static Command CreateRemove(CommandLine commandLine)
    {
        var node = Node();
        var since = new Option<ulong>("--since")
        {
            Description = "Drop what it added from this time on, such as 2027-03-01T12:00Z: its key was stolen then "
                + "(default: the founder takes over all that it added)",
            HelpName = "TIME",
            CustomParser = ParseTime,
        };
        var command = new Command(
            "remove", "Take a curator's key out of the charter at once; needs the founder's key") { node, since };
        commandLine.Bind(command, parsed => new RemoveOptions(
            parsed.GetRequiredValue(node), parsed.GetValue(since)), RemoveAsync);
        return command;
    }

    private static Argument<string> Node() => new("NODE")
    {
        Description = "The id of its node, or 8 or more characters of its beginning; `weightswarm peers` lists them",
    };

    private static ulong ParseTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        const DateTimeStyles style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, style, out var time)
            && time > DateTimeOffset.UnixEpoch) return (ulong)time.ToUnixTimeMilliseconds();
        result.AddError($"'{text}' is not a time: write one such as 2027-03-01 or 2027-03-01T12:00Z");
        return 0;
    }

    private static async Task<ExitCode> ListAsync(ListOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        return Print(session, await daemon.Client.ListCuratorsAsync(new ListCuratorsRequest(), daemon.Unary()));
    }

    private static async Task<ExitCode> AddAsync(AddOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        return Print(session, await daemon.Client.AddCuratorAsync(new AddCuratorRequest
        {
            Node = options.Node,
            Scope = options.Scope,
            BudgetBytes = options.BudgetBytes,
            TermS = options.TermS,
        }, daemon.Unary()));
    }

    private static async Task<ExitCode> RemoveAsync(RemoveOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.RemoveCuratorAsync(
            new RemoveCuratorRequest { Node = options.Node, SinceMs = options.SinceMs }, daemon.Unary());
        session.Say($"{Words.Count(reply.TakenOver, "model")} of it taken over by the founder, {reply.Dropped} dropped "
            + "from the catalogue; no copy of any is deleted");
        return Print(session, reply);
    }

    private static ExitCode Print(Session session, CuratorsReply reply)
    {
        session.Print("curators", json =>
        {
            json.WriteNumber("taken_over", reply.TakenOver);
            json.WriteNumber("dropped", reply.Dropped);
            json.WriteObjects("curators", reply.Curators, Write);
        }, text => WriteText(text, reply));
        return ExitCode.Ok;
    }

    private static void Write(Utf8JsonWriter json, CuratorInfo curator)
    {
        json.WriteString("node_id", curator.NodeId);
        json.WriteBoolean("founder", curator.Founder);
        json.WriteBoolean("self", curator.Self);
        json.WriteString("scope", curator.Scope);
        json.WriteNumber("budget_bytes", curator.BudgetBytes);
        json.WriteTime("expires", curator.ExpiresMs);
        json.WriteBoolean("expired", curator.Expired);
        json.WriteNumber("models", curator.Entries);
        json.WriteNumber("bytes", curator.Bytes);
        json.WriteNumber("over_budget", curator.OverBudget);
    }

    private static void WriteText(TextOutput text, CuratorsReply reply)
    {
        var table = new Table("CURATOR", "SCOPE", ">MODELS", ">SIZE", ">BUDGET", ">OVER IT", "UNTIL");
        foreach (var curator in reply.Curators)
            table.Add(
                Words.Brief(curator.NodeId) + (curator.Founder ? " (founder)" : "")
                    + (curator.Self ? " (this node)" : ""),
                curator.Scope.Length == 0 ? "all" : curator.Scope + "*", Cell.Of(curator.Entries),
                SizeText.Format(curator.Bytes), curator.BudgetBytes == 0 ? "-" : SizeText.Format(curator.BudgetBytes),
                Cell.Of(curator.OverBudget), Until(curator));
        text.Table(table);
    }

    private static string Until(CuratorInfo curator) =>
        curator.ExpiresMs == 0 ? "-" : Words.IsoTime(curator.ExpiresMs) + (curator.Expired ? " (over)" : "");
}
