using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>ls</c>: the catalogue, and how much of each model this node holds.</summary>
internal static class LsCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("ls", "List the catalogued models");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.ListAsync(new ListRequest(), daemon.Unary());
        session.Print("ls",
            json => json.WriteObjects("models", reply.Models, ModelFields.Write),
            text => WriteText(text, reply, session.Terminal.Clock.GetUtcNow()));
        return ExitCode.Ok;
    }

    private static void WriteText(TextOutput text, ListReply reply, DateTimeOffset now)
    {
        var table = new Table("NAME", "REVISION", "ID", ">SIZE", "HELD", "STATE", "ADDED");
        foreach (var model in reply.Models)
        {
            table.Add(
                model.Name, Words.Brief(model.Revision), Words.Brief(model.InfoHashV2),
                SizeText.Format(model.Bytes), Held(model), model.State, Words.Ago(model.AddedMs, now));
        }
        text.Table(table);
    }

    private static string Held(ModelInfo model) =>
        $"{model.SlicesHeld}/{Words.Count(model.Slices, "slice")}{(model.InPlace ? ", in place" : "")}";
}
