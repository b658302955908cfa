using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>withdraw MODEL</c>: the network makes no more copies of a model, and deletes none.</summary>
internal static class WithdrawCommand
{
    internal sealed record Options(string Model);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var command = new Command(
            "withdraw", "Take a model out of the catalogue: no more copies are made, and none is deleted") { model };
        commandLine.Bind(command, parsed => new Options(parsed.GetRequiredValue(model)), RunAsync);
        return command;
    }

    private static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.WithdrawAsync(
            new WithdrawRequest { Model = options.Model }, daemon.Unary());
        session.Print("withdraw", json =>
        {
            json.WriteString("name", reply.Name);
            json.WriteString("revision", reply.Revision);
            json.WriteNumber("other_curators", reply.Others);
        }, text => text.Line(reply.Others > 0
            ? $"{reply.Name}@{reply.Revision} stays in the catalogue: {Words.Count(reply.Others, "other curator")} "
                + "added it, too"
            : $"{reply.Name}@{reply.Revision} is withdrawn: no more copies are made of it, and those that exist stay "
                + "where they are"));
        return ExitCode.Ok;
    }
}
