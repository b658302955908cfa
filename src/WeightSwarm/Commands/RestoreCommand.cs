using System.CommandLine;
using Grpc.Core;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>restore MODEL DIR</c>: gives the weights back as plain files, every one verified.</summary>
internal static class RestoreCommand
{
    /// <param name="Model">Which model.</param>
    /// <param name="Folder">Absolute.</param>
    internal sealed record Options(string Model, string Folder);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var folder = new Argument<string>("DIR") { Description = "Where to put the files" };
        var command = new Command("restore", "Fetch a model, verify it, and leave it as plain files") { model, folder };
        commandLine.Bind(command, parsed => new Options(
            parsed.GetRequiredValue(model), Path.GetFullPath(parsed.GetRequiredValue(folder))), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var result = await ProgressDisplay
            .ShowAsync(session.Terminal, report => RestoreAsync(daemon, options, report));
        session.Print("restore",
            json =>
            {
                ModelFields.WriteObject(json, result.Model);
                json.WriteString("folder", result.Folder);
                json.WriteNumber("files", result.Files);
                json.WriteNumber("bytes", result.Bytes);
                json.WriteNumber("elapsed_ms", result.Milliseconds);
            },
            text => text.Line($"Restored {result.Model.Name}@{result.Model.Revision}: "
                + $"{Words.Count(result.Files, "file")}, {SizeText.Format(result.Bytes)}, every one verified, in "
                + result.Folder));
        return ExitCode.Ok;
    }

    private static async Task<RestoreResult> RestoreAsync(
        DaemonConnection daemon, Options options, ProgressDisplay.Report report)
    {
        var request = new RestoreRequest { Model = options.Model, Folder = options.Folder };
        using var call = daemon.Client.Restore(request, daemon.Streaming());
        RestoreResult? result = null;
        await foreach (var step in call.ResponseStream.ReadAllAsync())
        {
            if (step.KindCase == RestoreEvent.KindOneofCase.Result) result = step.Result;
            if (step.Progress is { } at) report(Phase(at), at.BytesDone, at.BytesTotal);
        }
        return result ?? throw DaemonErrors.NoResult("restore");
    }

    private static string Phase(RestoreProgress at) => at.Phase == "fetching"
        ? $"fetching from {Words.Count(at.Sources, "node")}"
        : $"{at.Phase} {Path.GetFileName(at.File)}".TrimEnd();
}
