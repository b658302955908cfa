using System.CommandLine;
using Grpc.Core;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary>
/// <c>add PATH</c>: hashes a model, catalogues it unless it is catalogued already, and seeds it where it lies.
/// </summary>
internal static class AddCommand
{
    /// <param name="Path">Absolute.</param>
    /// <param name="Name">ORG/MODEL.</param>
    /// <param name="Licence">SPDX identifier, or LicenseRef-…; empty: join a catalogued model.</param>
    /// <param name="Revision">Empty: derived from the content.</param>
    /// <param name="Copies">0: the network's.</param>
    /// <param name="Force">Preserve weight files that are structurally broken, too.</param>
    /// <param name="Origin">URL under which the files lie by their paths; empty: none.</param>
    internal sealed record Options(
        string Path, string Name, string Licence, string Revision, uint Copies, bool Force, string Origin);

    public static Command Create(CommandLine commandLine)
    {
        var path = new Argument<string>("PATH") { Description = "The folder with the model's files; it is only read" };
        var name = new Option<string>("--name") { Description = "Its name", HelpName = "ORG/MODEL", Required = true };
        var licence = new Option<string>("--licence", "--license")
        {
            Description = "Its licence, such as Apache-2.0 or LicenseRef-Llama (not needed once it is catalogued)",
            HelpName = "SPDX",
            DefaultValueFactory = _ => "",
        };
        var revision = new Option<string>("--revision")
        {
            Description = "Which revision it is (default: derived from the content)",
            HelpName = "R",
            DefaultValueFactory = _ => "",
        };
        var copies = CommonOptions.Copies("Wanted copies of every slice, 1 to 64 (default: the network's)");
        var force = new Option<bool>("--force") { Description = "Preserve it even if a weight file is broken" };
        var origin = new Option<string>("--origin")
        {
            Description = "Where the files lie on the web by their paths, such as "
                + "https://huggingface.co/ORG/MODEL/resolve/COMMIT/; nodes fetch from there while too few have them",
            HelpName = "URL",
            DefaultValueFactory = _ => "",
        };
        var command = new Command("add", "Add a model to the catalogue, or join its holders, and seed it in place")
        {
            path, name, licence, revision, copies, force, origin,
        };
        commandLine.Bind(command, parsed => new Options(
            Path.GetFullPath(parsed.GetRequiredValue(path)), parsed.GetRequiredValue(name),
            parsed.GetValue(licence) ?? "", parsed.GetValue(revision) ?? "", parsed.GetValue(copies),
            parsed.GetValue(force), parsed.GetValue(origin) ?? ""), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var result = await ProgressDisplay.ShowAsync(session.Terminal, report => AddAsync(daemon, options, report));
        session.Print("add",
            json =>
            {
                ModelFields.WriteObject(json, result.Model);
                json.WriteFacts(result.Facts);
                json.WriteBoolean("existing", result.Existing);
                json.WriteBoolean("held", result.Held);
                json.WriteBoolean("proposed", result.Proposed);
                json.WriteNumber("holders", result.Holders);
                json.WriteStrings("notes", result.Notes);
            },
            text => WriteText(text, result));
        return ExitCode.Ok;
    }

    private static async Task<AddResult> AddAsync(
        DaemonConnection daemon, Options options, ProgressDisplay.Report report)
    {
        using var call = daemon.Client.Add(new AddRequest
        {
            Path = options.Path,
            Name = options.Name,
            Licence = options.Licence,
            Revision = options.Revision,
            Copies = options.Copies,
            Force = options.Force,
            Origin = options.Origin,
        }, daemon.Streaming());
        AddResult? result = null;
        await foreach (var step in call.ResponseStream.ReadAllAsync())
        {
            if (step.KindCase == AddEvent.KindOneofCase.Result) result = step.Result;
            if (step.Progress is { } at) report($"{at.Phase} {Path.GetFileName(at.File)}", at.BytesDone, at.BytesTotal);
        }
        return result ?? throw DaemonErrors.NoResult("add");
    }

    private static void WriteText(TextOutput text, AddResult result)
    {
        var model = result.Model;
        text.Line($"{Headline(result)} {model.Name}@{model.Revision}");
        text.Fact("ID", model.InfoHashV2);
        text.Fact("Size", $"{SizeText.Format(model.Bytes)} in {Words.Count(model.Files, "file")}, "
            + Words.Count(model.Slices, "slice"));
        text.Facts(result.Facts);
        text.Fact("Holders", $"{Words.Count(result.Holders, "node")} online with all of it, this one included");
        text.Fact("Copies", result.Proposed
            ? $"{model.TargetCopies} wanted once a curator accepts it; 'weightswarm proposals' shows what became of it"
            : $"{model.TargetCopies} wanted; 'weightswarm health {model.Name}' shows how many there are");
        foreach (var note in result.Notes) text.Fact("Note", note);
    }

    private static string Headline(AddResult result) =>
        result.Held ? "Already served, and unchanged:"
        : result.Existing ? "Joined" : result.Proposed ? "Proposed" : "Added";
}
