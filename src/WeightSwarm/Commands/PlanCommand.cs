using System.CommandLine;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>plan</c>: what this node does about each slice, and why.</summary>
internal static class PlanCommand
{
    /// <param name="WhatIf">A question; empty: the plan as it is.</param>
    /// <param name="Seed">Of the draws of a question.</param>
    internal sealed record Options(string WhatIf, ulong Seed);

    public static Command Create(CommandLine commandLine)
    {
        var whatIf = new Option<string>("--what-if")
        {
            Description = $"What would become of the models, and what all planners would do: {QuestionText.Forms}",
            HelpName = "QUESTION",
        };
        whatIf.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !QuestionText.IsOne(result.Tokens[0].Value))
                result.AddError($"'{result.Tokens[0].Value}' cannot be answered: ask {QuestionText.Forms}");
        });
        var seed = new Option<ulong>("--seed")
        {
            Description = "With --what-if \"lose X%\": another choice of draws",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        var command = new Command("plan", "Print what this node does next, with a reason per line")
        {
            whatIf, seed,
        };
        commandLine.Bind(
            command, parsed => new Options(parsed.GetValue(whatIf) ?? "", parsed.GetValue(seed)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        if (options.WhatIf.Length > 0)
        {
            var request = new WhatIfRequest { Question = options.WhatIf, Seed = options.Seed };
            WhatIfText.Print(session, await daemon.Client.WhatIfAsync(request, daemon.Unary()));
            return ExitCode.Ok;
        }
        var reply = await daemon.Client.PlanAsync(new PlanRequest(), daemon.Unary());
        session.Print("plan",
            json =>
            {
                json.WriteNumber("view_version", reply.ViewVersion);
                json.WriteObjects("lines", reply.Lines, WriteLine);
            },
            text => WriteText(text, reply));
        return ExitCode.Ok;
    }

    private static void WriteLine(Utf8JsonWriter json, PlanLine line)
    {
        json.WriteString("action", line.Action);
        json.WriteString("model", line.Model);
        json.WriteString("revision", line.Revision);
        json.WriteNumber("first_slice", line.FirstSlice);
        json.WriteNumber("last_slice", line.LastSlice);
        json.WriteNumber("bytes", line.Bytes);
        json.WriteString("urgency", line.Urgency);
        json.WriteString("reason", line.Reason);
        if (line.DueInMs < 0) json.WriteNull("due_in_ms");
        else json.WriteNumber("due_in_ms", line.DueInMs);
    }

    private static void WriteText(TextOutput text, PlanReply reply)
    {
        if (reply.Lines.Count == 0)
        {
            text.Line("nothing to do: no slice that this node knows lacks a copy, and it holds none");
            return;
        }
        var table = new Table("ACTION", "MODEL", "SLICES", ">SIZE", "URGENCY", "DUE", "REASON");
        foreach (var line in reply.Lines)
        {
            table.Add(
                line.Action, $"{line.Model}@{Words.Brief(line.Revision)}",
                Words.SliceRange(line.FirstSlice, line.LastSlice), SizeText.Format(line.Bytes), line.Urgency,
                Due(line), line.Reason);
        }
        text.Table(table);
    }

    private static string Due(PlanLine line) => line.DueInMs switch
    {
        < 0 => "-",
        0 => "now",
        _ => $"in {Words.Span(TimeSpan.FromMilliseconds(line.DueInMs))}",
    };
}
