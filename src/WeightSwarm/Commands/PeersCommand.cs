using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>peers</c>: the other nodes that this one knows.</summary>
internal static class PeersCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("peers", "List the other nodes of the network");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.PeersAsync(new PeersRequest(), daemon.Unary());
        session.Print("peers",
            json =>
            {
                json.WriteObjects("peers", reply.Peers, WritePeer);
                json.WriteObjects("bans", reply.Bans, WriteBan);
            },
            text => WriteText(text, reply));
        return ExitCode.Ok;
    }

    private static void WritePeer(Utf8JsonWriter json, PeerInfo peer)
    {
        json.WriteString("node_id", peer.NodeId);
        json.WriteOptional("address", peer.Address);
        json.WriteBoolean("neighbour", peer.Neighbour);
        json.WriteBoolean("connected", peer.Connected);
        json.WriteString("liveness", peer.Liveness);
        json.WriteNumber("absent_seconds", peer.AbsentS);
        json.WriteNumber("donated_bytes", peer.DonatedBytes);
        json.WriteNumber("free_bytes", peer.FreeBytes);
        json.WriteOptional("version", peer.Version);
        json.WriteNumber("slices_held", peer.SlicesHeld);
        json.WriteNumber("rtt_ms", peer.RttMs);
        json.WriteNumber("score", peer.Score);
        json.WriteOptional("operator", peer.Operator);
        json.WriteOptional("site", peer.Site);
        json.WriteOptional("asn", peer.Asn);
        json.WriteOptional("country", peer.Country);
    }

    private static void WriteBan(Utf8JsonWriter json, BanInfo ban)
    {
        json.WriteString("node_id", ban.NodeId);
        json.WriteString("address", ban.Address);
        json.WriteNumber("seconds_left", ban.SecondsLeft);
        json.WriteNumber("times", ban.Times);
        json.WriteString("reason", ban.Reason);
    }

    private static void WriteText(TextOutput text, PeersReply reply)
    {
        var table = new Table(
            "NODE", "ADDRESS", "LINK", "LIVENESS", ">DONATED", ">FREE", ">SLICES", ">RTT", ">SCORE",
            "VERSION");
        foreach (var peer in reply.Peers)
        {
            table.Add(
                Words.Brief(peer.NodeId), Words.OrDash(peer.Address), Link(peer), Liveness(peer),
                SizeText.Format(peer.DonatedBytes), SizeText.Format(peer.FreeBytes), Cell.Of(peer.SlicesHeld),
                peer.Connected ? $"{peer.RttMs} ms" : "-", Text(peer.Score), Words.OrDash(peer.Version));
        }
        text.Table(table);
        WriteBans(text, reply);
    }

    private static void WriteBans(TextOutput text, PeersReply reply)
    {
        if (reply.Bans.Count == 0) return;
        var table = new Table("REFUSED", "ADDRESS", ">FOR", ">TIMES", "WHY");
        foreach (var ban in reply.Bans)
            table.Add(
                Words.Brief(ban.NodeId), ban.Address, Words.Span(TimeSpan.FromSeconds(ban.SecondsLeft)),
                Cell.Of(ban.Times), ban.Reason);
        text.Line();
        text.Table(table);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Link(PeerInfo peer) => peer.Neighbour ? "neighbour" : peer.Connected ? "connected" : "-";

    private static string Liveness(PeerInfo peer) => peer.Liveness == "online"
        ? peer.Liveness
        : $"{peer.Liveness}, {Words.Span(TimeSpan.FromSeconds(peer.AbsentS))}";
}
