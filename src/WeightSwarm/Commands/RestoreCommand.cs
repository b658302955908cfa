using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary>
/// <c>restore MODEL DIR</c>: gives the weights back as plain files, every one verified; or with <c>--verify</c> looks
/// at those that are there, or with <c>--drill</c> only tries.
/// </summary>
internal static class RestoreCommand
{
    /// <param name="Model">Which model; with a drill empty for any.</param>
    /// <param name="Folder">Absolute; with a drill empty for the daemon's choice.</param>
    /// <param name="Files">Globs; empty: every file.</param>
    /// <param name="Verify">Compare, and fetch nothing.</param>
    /// <param name="Drill">Try, and leave nothing behind.</param>
    internal sealed record Options(string Model, string Folder, string[] Files, bool Verify, bool Drill);

    public static Command Create(CommandLine commandLine)
    {
        var syntax = new Syntax();
        var command = new Command("restore", "Fetch a model, verify it, and leave it as plain files")
        {
            syntax.Model, syntax.Folder, syntax.Files, syntax.Verify, syntax.Drill, syntax.Into,
        };
        command.Validators.Add(result =>
        {
            if (syntax.Problem(result) is { } problem) result.AddError(problem);
        });
        commandLine.Bind(command, syntax.Read, RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var result = await ProgressDisplay
            .ShowAsync(session.Terminal, report => RestoreAsync(daemon, options, report));
        if (options.Verify) return VerifyReport.Print(session, result);
        if (options.Drill) PrintDrill(session, result);
        else PrintRestored(session, result);
        return ExitCode.Ok;
    }

    private static void PrintRestored(Session session, RestoreResult result) => session.Print("restore",
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
            + result.Folder + (result.FilesKept == 0 ? "" : $"; {result.FilesKept} of them were there before")));

    private static void PrintDrill(Session session, RestoreResult result)
    {
        var drill = result.Drill ?? throw DaemonErrors.NoResult("restore --drill");
        session.Print("restore-drill",
            json =>
            {
                ModelFields.WriteObject(json, result.Model);
                DrillReport.WriteObject(json, "drill", drill);
            },
            text => text.Line($"Trial restore of {result.Model.Name}@{result.Model.Revision}: "
                + $"{DrillReport.Text(drill)}, "
                + $"{SizeText.Format(drill.Bytes)} verified and removed again"));
    }

    private static async Task<RestoreResult> RestoreAsync(
        DaemonConnection daemon, Options options, ProgressDisplay.Report report)
    {
        var request = new RestoreRequest
        {
            Model = options.Model,
            Folder = options.Folder,
            Verify = options.Verify,
            Drill = options.Drill,
            Files = { options.Files },
        };
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

    /// <summary>The words that the verb takes, and which of them go together.</summary>
    private sealed class Syntax
    {
        public Argument<string> Model { get; } = CommonOptions.Model();

        public Argument<string> Folder { get; } = new("DIR")
        {
            Description = "Where to put the files",
            Arity = ArgumentArity.ZeroOrOne,
        };

        public Option<string[]> Files { get; } = new("--files")
        {
            Description = "Only files whose relative path matches: * within a folder, ** across; may be repeated",
            HelpName = "GLOB",
            Arity = ArgumentArity.OneOrMore,
        };

        public Option<bool> Verify { get; } = new("--verify")
        {
            Description = "Compare what is in DIR with the model, and fetch nothing",
            Arity = ArgumentArity.Zero,
        };

        public Option<bool> Drill { get; } = new("--drill")
        {
            Description = "Prove that MODEL, or any, can be restored: into a temporary folder, removed afterwards",
            Arity = ArgumentArity.Zero,
        };

        public Option<string> Into { get; } = new("--into")
        {
            Description = "With --drill: make the temporary folder here (default: in the state folder)",
            HelpName = "DIR",
        };

        public Syntax() => Model.Arity = ArgumentArity.ZeroOrOne;

        public Options Read(ParseResult parsed) => new(
            parsed.GetValue(Model) ?? "", Absolute(parsed.GetValue(Folder) ?? parsed.GetValue(Into)),
            parsed.GetValue(Files) ?? [], parsed.GetValue(Verify), parsed.GetValue(Drill));

        public string? Problem(CommandResult result)
        {
            var hasFolder = result.GetResult(Folder) is { Tokens.Count: > 0 };
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            if (!Given(Drill))
                return Given(Into) ? "--into goes with --drill" : hasFolder ? null : "MODEL and DIR are both needed";
            if (hasFolder) return "a drill leaves nothing in DIR; name a place for its temporary folder with --into";
            return Given(Verify) || Given(Files) ? "a drill tries a whole model: leave --verify and --files out" : null;
        }

        private static string Absolute(string? path) => string.IsNullOrEmpty(path) ? "" : Path.GetFullPath(path);
    }
}
