using System.CommandLine;
using System.Text.Json;
using Grpc.Core;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>verify [MODEL]</c>: reads everything that this node holds, now, and has what is bad mended.</summary>
internal static class VerifyCommand
{
    private const int MostShown = 20;

    /// <param name="Model">Which model; empty: all.</param>
    internal sealed record Options(string Model);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        model.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("verify", "Read everything that is held, or one model, and mend what is bad")
        {
            model,
        };
        commandLine.Bind(command, parsed => new Options(parsed.GetValue(model) ?? ""), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var result = await ProgressDisplay
            .ShowAsync(session.Terminal, report => VerifyAsync(daemon, options, report));
        session.Print("verify", json => WriteJson(json, result), text => WriteText(text, result));
        return result.Models.All(model => model.Bad.Count == 0 && model.SlicesDoubted == 0)
            ? ExitCode.Ok : ExitCode.VerificationFailed;
    }

    private static async Task<VerifyResult> VerifyAsync(
        DaemonConnection daemon, Options options, ProgressDisplay.Report report)
    {
        using var call = daemon.Client.Verify(new VerifyRequest { Model = options.Model }, daemon.Streaming());
        VerifyResult? result = null;
        await foreach (var step in call.ResponseStream.ReadAllAsync())
        {
            if (step.KindCase == VerifyEvent.KindOneofCase.Result) result = step.Result;
            if (step.Progress is { } at) report($"reading {at.Model}", at.BytesDone, at.BytesTotal);
        }
        return result ?? throw DaemonErrors.NoResult("verify");
    }

    private static void WriteJson(Utf8JsonWriter json, VerifyResult result)
    {
        json.WriteObjects("models", result.Models, (item, model) =>
        {
            item.WriteString("name", model.Model.Name);
            item.WriteString("revision", model.Model.Revision);
            item.WriteString("info_hash_v2", model.Model.InfoHashV2);
            item.WriteString("folder", model.Folder);
            item.WriteNumber("slices", model.Slices);
            item.WriteNumber("slices_doubted", model.SlicesDoubted);
            item.WriteNumber("bytes", model.Bytes);
            item.WriteObjects("bad", model.Bad, WriteBad);
        });
        json.WriteStartObject("summary");
        json.WriteNumber("models", result.Models.Count);
        json.WriteNumber("bytes", result.Models.Sum(model => (decimal)model.Bytes));
        json.WriteNumber("bad_pieces", result.Models.Sum(model => model.Bad.Count));
        json.WriteNumber("bad_bytes", result.Models.SelectMany(model => model.Bad).Sum(bad => (decimal)bad.Bytes));
        json.WriteEndObject();
        json.WriteNumber("elapsed_ms", result.Milliseconds);
    }

    private static void WriteBad(Utf8JsonWriter json, BadPieceInfo bad)
    {
        json.WriteString("path", bad.Path);
        json.WriteNumber("slice", bad.Slice);
        json.WriteNumber("piece", bad.Piece);
        json.WriteNumber("bytes", bad.Bytes);
        json.WriteString("fault", bad.Fault);
        json.WriteString("detail", bad.Detail);
        json.WriteBoolean("mending", bad.Mending);
    }

    private static void WriteText(TextOutput text, VerifyResult result)
    {
        if (result.Models.Count == 0) text.Line("nothing is held yet, so there is nothing to read");
        foreach (var model in result.Models) WriteModel(text, model);
    }

    private static void WriteModel(TextOutput text, VerifiedModel model)
    {
        var read = $"{model.Model.Name}@{model.Model.Revision}: {Words.Count(model.Slices, "slice")}, "
            + SizeText.Format(model.Bytes) + " read";
        if (model.SlicesDoubted > 0)
            text.Line($"{model.Model.Name}@{model.Model.Revision}: {Words.Count(model.SlicesDoubted, "slice")} had "
                + "been withdrawn before, being read and mended");
        if (model.Bad.Count == 0)
        {
            text.Line($"{read}, all of it right");
            return;
        }
        text.Line($"{read}, {Words.Count((ulong)model.Bad.Count, "bad piece")} in {model.Folder}");
        foreach (var bad in model.Bad.Take(MostShown)) text.Line($"  {bad.Fault,-10}  slice {bad.Slice}: {bad.Detail}");
        if (model.Bad.Count > MostShown) text.Line($"  and {model.Bad.Count - MostShown} more");
        text.Line(model.Bad.All(bad => bad.Mending)
            ? "  withdrawn from the network; the bad pieces are fetched again, and then offered anew"
            : "  withdrawn from the network; what cannot be written to is not mended: see `weightswarm status`");
    }
}
