using System.CommandLine;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>status</c>: this daemon at a glance.</summary>
internal static class StatusCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("status", "Show this daemon at a glance");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.StatusAsync(new StatusRequest(), daemon.Unary());
        session.Print("status",
            json => WriteJson(json, reply), text => WriteText(text, reply, session.Terminal.Clock.GetUtcNow()));
        return ExitCode.Ok;
    }

    private static void WriteJson(Utf8JsonWriter json, StatusReply reply)
    {
        json.WriteString("node_id", reply.NodeId);
        json.WriteString("version", reply.Version);
        json.WriteString("state_folder", reply.StateFolder);
        json.WriteTime("started_at", reply.StartedMs);
        json.WriteString("listen", reply.Listen);
        json.WriteStartObject("ports");
        json.WriteNumber("gossip", reply.Ports?.Gossip ?? 0);
        json.WriteNumber("torrent", reply.Ports?.Torrent ?? 0);
        json.WriteNumber("http", reply.Ports?.Http ?? 0);
        json.WriteEndObject();
        WriteReach(json, reply.Reach);
        NetworkReport.WriteFields(json, reply.Network);
        DonationReport.WriteFields(json, reply.Donations);
        json.WriteNumber("nodes_known", reply.NodesKnown);
        json.WriteNumber("nodes_online", reply.NodesOnline);
        json.WriteNumber("models_held", reply.ModelsHeld);
        json.WriteNumber("slices_held", reply.SlicesHeld);
        json.WriteNumber("bytes_held", reply.BytesHeld);
        json.WriteNumber("slices_fetching", reply.SlicesFetching);
        WriteAudits(json, reply.Audits);
        LimitsReport.WriteInForce(json, "limits", reply.Limits);
        ReadReport.WriteFields(json, reply.Reads);
        json.WriteStrings("warnings", reply.Warnings);
    }

    private static void WriteAudits(Utf8JsonWriter json, AuditInfo? audits)
    {
        json.WriteStartObject("audits");
        json.WriteNumber("copies_passed", audits?.CopiesPassed ?? 0);
        json.WriteNumber("copies_failed", audits?.CopiesFailed ?? 0);
        json.WriteNumber("nodes_failed", audits?.NodesFailed ?? 0);
        json.WriteNumber("leaves_asked", audits?.LeavesAsked ?? 0);
        json.WriteNumber("copies_in_time", audits?.CopiesInTime ?? 0);
        json.WriteNumber("copies_slow", audits?.CopiesSlow ?? 0);
        json.WriteNumber("claims_asked", audits?.ClaimsAsked ?? 0);
        json.WriteNumber("claims_shown", audits?.ClaimsShown ?? 0);
        json.WriteEndObject();
    }

    private static void WriteReach(Utf8JsonWriter json, ReachInfo? reach)
    {
        json.WritePropertyName("reach");
        if (reach is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("dht_nodes", reach.DhtNodes);
        json.WriteNumber("dht_found", reach.DhtFound);
        json.WriteNumber("outside_port", reach.OutsidePort);
        json.WriteEndObject();
    }

    private static void WriteText(TextOutput text, StatusReply reply, DateTimeOffset now)
    {
        text.Fact("Node", reply.NodeId);
        text.Fact("Daemon", $"version {reply.Version}, started {Words.Ago(reply.StartedMs, now)}");
        text.Fact("State in", reply.StateFolder);
        text.Fact("Listens on", $"{reply.Listen}: gossip {reply.Ports?.Gossip}, BitTorrent {reply.Ports?.Torrent}; "
            + $"local web {reply.Ports?.Http}");
        if (reply.Reach is { } reach)
        {
            text.Fact("DHT", $"{Words.Count(reach.DhtNodes, "node")}, {reach.DhtFound} addresses found");
            text.Fact("Router", reach.OutsidePort > 0 ? $"leads its port {reach.OutsidePort} to the gossip port"
                : "maps no port to this node (UPnP, NAT-PMP)");
        }
        NetworkReport.WriteText(text, reply.Network);
        text.Fact("Nodes", $"{reply.NodesKnown} others known, {reply.NodesOnline} online");
        text.Fact("Held", $"{Words.Count(reply.SlicesHeld, "slice")} of {Words.Count(reply.ModelsHeld, "model")}, "
            + $"{SizeText.Format(reply.BytesHeld)}; fetching {Words.Count(reply.SlicesFetching, "slice")}");
        if (reply.Audits is { } audits)
            text.Fact("Audits", $"of copies on other nodes {audits.CopiesPassed} passed lately, "
                + $"{audits.CopiesFailed} failed, {audits.CopiesSlow} slow");
        if (reply.Limits is { } limits) text.Fact("Limits", LimitsReport.Text(limits));
        ReadReport.WriteText(text, reply.Reads, now);
        foreach (var warning in reply.Warnings) text.Fact("Warning", warning);
        text.Line();
        DonationReport.WriteText(text, reply.Donations);
    }
}
