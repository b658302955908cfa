using System.CommandLine;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>health [MODEL]</c>: how many copies of each model there are, and what risk that leaves.</summary>
internal static class HealthCommand
{
    // Best first. Everything after "thin" makes the verb end with BelowThin.
    private static readonly string[] _risks = ["safe", "thin", "endangered", "critical", "lost"];

    /// <param name="Model">Which model; empty: all.</param>
    internal sealed record Options(string Model);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        model.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("health", "Show how many copies of each model there are, and its risk") { model };
        commandLine.Bind(command, parsed => new Options(parsed.GetValue(model) ?? ""), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.HealthAsync(new HealthRequest { Model = options.Model }, daemon.Unary());
        session.Print("health", json => WriteJson(json, reply),
            text => WriteText(text, reply, session.Terminal.Clock.GetUtcNow()));
        return reply.Models.Any(model => model.Risk is not ("safe" or "thin")) ? ExitCode.BelowThin : ExitCode.Ok;
    }

    private static void WriteJson(Utf8JsonWriter json, HealthReply reply)
    {
        json.WriteObjects("models", reply.Models, WriteModel);
        json.WriteStartObject("summary");
        foreach (var risk in _risks) json.WriteNumber(risk, reply.Models.Count(model => model.Risk == risk));
        json.WriteEndObject();
        if (reply.WatchedByOthers > 0) json.WriteNumber("watched_by_others", reply.WatchedByOthers);
        json.WriteString("basis", reply.Basis);
        LossText.WriteLifetime(json, reply.Lifetime);
    }

    private static void WriteModel(Utf8JsonWriter json, ModelHealth model)
    {
        json.WriteString("name", model.Name);
        json.WriteString("revision", model.Revision);
        json.WriteString("info_hash_v2", model.InfoHashV2);
        json.WriteNumber("bytes", model.Bytes);
        json.WriteNumber("slices", model.Slices);
        json.WriteNumber("slices_below_target", model.SlicesBelowTarget);
        json.WriteNumber("target_copies", model.TargetCopies);
        json.WriteStartObject("copies");
        json.WriteNumber("counted", model.Counted);
        json.WriteNumber("verified", model.Verified);
        json.WriteNumber("claimed", Claimed(model));
        json.WriteNumber("online", model.Online);
        json.WriteNumber("fetching", model.Fetching);
        json.WriteEndObject();
        json.WriteString("risk", model.Risk);
        json.WriteOptional("wanted_by_nobody", model.WantedByNobody);
        if (model.HasLossWithinAYear) json.WriteNumber("loss_within_a_year", model.LossWithinAYear);
        else json.WriteNull("loss_within_a_year");
        if (model.LastDrill is { } drill) DrillReport.WriteObject(json, "last_drill", drill);
    }

    /// <summary>Of the copies that every slice has, what is left beside the verified ones.</summary>
    private static uint Claimed(ModelHealth model) => model.Counted - Math.Min(model.Counted, model.Verified);

    private static void WriteText(TextOutput text, HealthReply reply, DateTimeOffset now)
    {
        var isEstimated = reply.Models.Any(model => model.HasLossWithinAYear);
        string[] headings =
        [
            "NAME", "REVISION", ">SIZE", ">WANTED", ">COUNTED", ">VERIFIED", ">CLAIMED", ">ONLINE", ">FETCHING", "RISK",
        ];
        var table = new Table(isEstimated ? [.. headings, "LOST IN A YEAR"] : headings);
        foreach (var model in reply.Models)
        {
            Cell[] cells =
            [
                model.Name, Words.Brief(model.Revision), SizeText.Format(model.Bytes), Cell.Of(model.TargetCopies),
                Cell.Of(model.Counted), Cell.Of(model.Verified), Cell.Of(Claimed(model)), Cell.Of(model.Online),
                Cell.Of(model.Fetching), Cell.Risk(model.Risk),
            ];
            table.Add(isEstimated ? [.. cells, LossText.Of(model)] : cells);
        }
        text.Table(table);
        text.Line();
        foreach (var model in reply.Models.Where(model => model.WantedByNobody.Length > 0))
            text.Line($"{model.Name}@{Words.Brief(model.Revision)}: wanted by nobody: {model.WantedByNobody}");
        foreach (var model in reply.Models.Where(model => model.LastDrill is not null))
            text.Line($"{model.Name}@{Words.Brief(model.Revision)}: last trial restore "
                + $"{Words.Ago(model.LastDrill.AtMs, now)}: {DrillReport.Text(model.LastDrill)}");
        text.Line(string.Join(", ", _risks.Select(risk => $"{reply.Models.Count(model => model.Risk == risk)} {risk}"))
            + "; copies are the fewest over a model's slices");
        if (reply.WatchedByOthers > 0)
            text.Line($"watched by others: {Words.Count(reply.WatchedByOthers, "model")}");
        if (reply.Lifetime is { } lifetime) text.Line(LossText.Basis(lifetime));
        text.Line(reply.Basis);
    }
}
