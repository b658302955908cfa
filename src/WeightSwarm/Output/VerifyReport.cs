using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>What <c>restore --verify</c> found.</summary>
internal static class VerifyReport
{
    private static readonly string[] _states = ["intact", "corrupt", "missing", "wrong-size", "unreadable"];

    /// <summary>Prints it; the exit code says whether every file is intact.</summary>
    public static ExitCode Print(Session session, RestoreResult result)
    {
        session.Print("restore-verify",
            json =>
            {
                ModelFields.WriteObject(json, result.Model);
                json.WriteString("folder", result.Folder);
                json.WriteObjects("files", result.Verdicts, (item, file) =>
                {
                    item.WriteString("path", file.Path);
                    item.WriteNumber("bytes", file.Bytes);
                    item.WriteString("state", file.State);
                    item.WriteOptional("detail", file.Detail);
                });
                json.WriteStartObject("summary");
                foreach (var state in _states) json.WriteNumber(state.Replace('-', '_'), Count(result, state));
                json.WriteEndObject();
            },
            text => WriteText(text, result));
        return result.Verdicts.All(file => file.State == "intact") ? ExitCode.Ok : ExitCode.VerificationFailed;
    }

    private static void WriteText(TextOutput text, RestoreResult result)
    {
        var table = new Table("STATE", "FILE");
        foreach (var file in result.Verdicts) table.Add(file.State, file.Path);
        text.Table(table);
        text.Line();
        text.Line($"{result.Model.Name}@{result.Model.Revision} in {result.Folder}: "
            + string.Join(", ", _states.Select(state => $"{Count(result, state)} {state}")));
    }

    private static int Count(RestoreResult result, string state) => result.Verdicts.Count(file => file.State == state);
}
