using System.CommandLine;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>proposals</c>: models that volunteers would have preserved, and what curators say to them.</summary>
internal static class ProposalsCommand
{
    internal sealed record ListOptions;

    /// <param name="Model">Name, name@revision or info-hash.</param>
    /// <param name="Copies">0: as proposed.</param>
    internal sealed record AcceptOptions(string Model, uint Copies);

    /// <param name="Model">Name, name@revision or info-hash.</param>
    /// <param name="Reason">For the proposer.</param>
    internal sealed record RefuseOptions(string Model, string Reason);

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("proposals", "List the models that are proposed for the catalogue, or decide on one")
        {
            CreateAccept(commandLine), CreateRefuse(commandLine),
        };
        commandLine.Bind(command, _ => new ListOptions(), ListAsync);
        return command;
    }

    private static Command CreateAccept(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var copies = CommonOptions.Copies("Wanted copies of every slice, 1 to 64 (default: as proposed)");
        var command = new Command("accept", "Add a proposed model to the catalogue; needs a curator's key")
        {
            model, copies,
        };
        commandLine.Bind(
            command, parsed => new AcceptOptions(parsed.GetRequiredValue(model), parsed.GetValue(copies)), AcceptAsync);
        return command;
    }

    private static Command CreateRefuse(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for whoever proposed it",
            HelpName = "TEXT",
            Required = true,
        };
        var command = new Command("refuse", "Refuse a proposed model; needs a curator's key") { model, reason };
        commandLine.Bind(command, parsed => new RefuseOptions(
            parsed.GetRequiredValue(model), parsed.GetRequiredValue(reason)), RefuseAsync);
        return command;
    }

    private static async Task<ExitCode> ListAsync(ListOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        return Print(session, await daemon.Client.ProposalsAsync(new ProposalsRequest(), daemon.Unary()));
    }

    private static async Task<ExitCode> AcceptAsync(AcceptOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.AcceptProposalAsync(
            new AcceptProposalRequest { Model = options.Model, Copies = options.Copies }, daemon.Unary());
        session.Say($"{options.Model} is in the catalogue now; 'weightswarm health {options.Model}' shows its copies");
        return Print(session, reply);
    }

    private static async Task<ExitCode> RefuseAsync(RefuseOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        return Print(session, await daemon.Client.RefuseProposalAsync(
            new RefuseProposalRequest { Model = options.Model, Reason = options.Reason }, daemon.Unary()));
    }

    private static ExitCode Print(Session session, ProposalsReply reply)
    {
        session.Print(
            "proposals", json => json.WriteObjects("proposals", reply.Proposals, Write),
            text => WriteText(text, reply, session.Terminal.Clock.GetUtcNow()));
        return ExitCode.Ok;
    }

    private static void Write(Utf8JsonWriter json, ProposalInfo proposal)
    {
        json.WriteString("name", proposal.Name);
        json.WriteString("revision", proposal.Revision);
        json.WriteString("info_hash_v2", proposal.InfoHashV2);
        json.WriteNumber("bytes", proposal.Bytes);
        json.WriteNumber("files", proposal.Files);
        json.WriteString("licence", proposal.Licence);
        json.WriteNumber("copies", proposal.Copies);
        json.WriteOptional("origin", proposal.Origin);
        json.WriteStrings("hazards", proposal.Hazards);
        json.WriteString("proposer", proposal.Proposer);
        json.WriteBoolean("own", proposal.Own);
        json.WriteTime("proposed", proposal.ProposedMs);
        json.WriteOptional("note", proposal.Note);
        json.WriteOptional("refusal", proposal.Refusal);
    }

    private static void WriteText(TextOutput text, ProposalsReply reply, DateTimeOffset now)
    {
        if (reply.Proposals.Count == 0)
        {
            text.Line("Nothing is proposed.");
            return;
        }
        var table = new Table("MODEL", "REVISION", ">SIZE", "LICENCE", "PROPOSED BY", "WHEN", "STATE");
        foreach (var proposal in reply.Proposals)
            table.Add(
                proposal.Name, Words.Brief(proposal.Revision), SizeText.Format(proposal.Bytes),
                Words.OrDash(proposal.Licence), proposal.Own ? "this node" : Words.Brief(proposal.Proposer),
                Words.Ago(proposal.ProposedMs, now), State(proposal));
        text.Table(table);
    }

    private static string State(ProposalInfo proposal) =>
        (proposal.Refusal.Length > 0 ? $"refused: {proposal.Refusal}" : "waits for a curator")
        + (proposal.Hazards.Count > 0 ? $" ({string.Join(", ", proposal.Hazards)})" : "");
}
