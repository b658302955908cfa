using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>show MODEL</c>: one model; also hands out its magnet link and its .torrent.</summary>
internal static class ShowCommand
{
    /// <param name="Model">Which model.</param>
    /// <param name="Magnet">Print the magnet link alone.</param>
    /// <param name="Torrent">Absolute path to write the .torrent to, or null.</param>
    /// <param name="Version1">Magnet and .torrent of the version 1 twin.</param>
    internal sealed record Options(string Model, bool Magnet, string? Torrent, bool Version1);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var magnet = new Option<bool>("--magnet")
        {
            Description = "Print the magnet link alone, for any BitTorrent client",
        };
        var torrent = new Option<string?>("--torrent")
        {
            Description = "Write the .torrent to FILE, for any BitTorrent client",
            HelpName = "FILE",
        };
        var version1 = new Option<bool>("--v1")
        {
            Description = "With --magnet or --torrent: for clients that cannot read a hybrid torrent "
                + "(aria2 before 1.37, Transmission before 4)",
        };
        var command = new Command("show", "Show one model: files, holders, magnet link")
        {
            model, magnet, torrent, version1,
        };
        commandLine.Bind(command, parsed => new Options(
            parsed.GetRequiredValue(model), parsed.GetValue(magnet),
            parsed.GetValue(torrent) is { Length: > 0 } file ? Path.GetFullPath(file) : null,
            parsed.GetValue(version1)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new ShowRequest
        {
            Model = options.Model,
            WithMetainfo = options.Torrent is not null,
            Version1 = options.Version1,
        };
        var reply = await daemon.Client.ShowAsync(request, daemon.Unary());
        if (options.Torrent is { } file) await WriteTorrentAsync(file, reply, session);
        session.Print("show", json => WriteJson(json, reply, options.Torrent), text =>
        {
            if (options.Magnet) text.Line(reply.Magnet);
            else if (options.Torrent is null) WriteText(text, reply, session.Terminal.Clock.GetUtcNow());
        });
        return ExitCode.Ok;
    }

    private static async Task WriteTorrentAsync(string file, ShowReply reply, Session session)
    {
        if (reply.Metainfo.IsEmpty)
        {
            throw new CliException(ExitCode.Incomplete, "metainfo-not-here",
                $"this node has not fetched the .torrent of {reply.Model.Name} yet: try again later, or use --magnet");
        }
        await File.WriteAllBytesAsync(file, reply.Metainfo.ToByteArray(), session.Cancellation);
        session.Say($"wrote {file}");
    }

    private static void WriteJson(System.Text.Json.Utf8JsonWriter json, ShowReply reply, string? torrent)
    {
        ModelFields.WriteObject(json, reply.Model);
        json.WriteFacts(reply.Facts);
        json.WriteTime("last_read_at", reply.Read?.ReadMs ?? 0);
        json.WriteNumber("slices_doubted", reply.Read?.SlicesDoubted ?? 0);
        json.WriteString("magnet", reply.Magnet);
        json.WriteString("torrent", torrent);
        json.WriteObjects("files", reply.Files, (item, file) =>
        {
            item.WriteString("path", file.Path);
            item.WriteNumber("bytes", file.Bytes);
            item.WriteOptional("sha256", file.Sha256);
        });
        json.WriteObjects("holders", reply.Holders, (item, holder) =>
        {
            item.WriteString("node_id", holder.NodeId);
            item.WriteNumber("slices", holder.Slices);
            item.WriteNumber("slices_verified", holder.SlicesVerified);
            item.WriteBoolean("online", holder.Online);
            item.WriteBoolean("counted", holder.Counted);
            item.WriteBoolean("in_place", holder.InPlace);
            item.WriteNumber("absent_seconds", holder.AbsentS);
        });
    }

    private static void WriteText(TextOutput text, ShowReply reply, DateTimeOffset now)
    {
        var model = reply.Model;
        text.Fact("Name", $"{model.Name}@{model.Revision} ({model.State})");
        text.Fact("ID", model.InfoHashV2);
        text.Fact("ID, v1", model.InfoHashV1);
        text.Fact("Size", $"{SizeText.Format(model.Bytes)} in {Words.Count(model.Files, "file")}; "
            + $"{Words.Count(model.Slices, "slice")} of {Words.Count(model.PiecesPerSlice, "piece")} of "
            + SizeText.Format(model.PieceLength));
        text.Facts(reply.Facts);
        text.Fact("Licence", Words.OrDash(model.Licence));
        text.Fact("Source", Words.OrDash(model.Source));
        if (model.Origin.Length > 0) text.Fact("Origin", $"{model.Origin} (not a copy)");
        text.Fact("Copies", $"{model.TargetCopies} wanted");
        text.Fact("Held here", $"{model.SlicesHeld} of {Words.Count(model.Slices, "slice")}, "
            + $"{SizeText.Format(model.BytesHeld)}{(model.InPlace ? ", in place" : "")}");
        if (reply.Read is { } read) text.Fact("Last read", ReadReport.Text(read, now));
        text.Fact("Magnet", reply.Magnet);
        text.Line();
        var files = new Table(">SIZE", "SHA-256", "FILE");
        foreach (var file in reply.Files) files.Add(SizeText.Format(file.Bytes), Words.OrDash(file.Sha256), file.Path);
        text.Table(files);
        text.Line();
        WriteHolders(text, reply);
    }

    private static void WriteHolders(TextOutput text, ShowReply reply)
    {
        var table = new Table("HOLDER", ">SLICES", ">VERIFIED", "COUNTED", "LAST SEEN");
        foreach (var holder in reply.Holders)
        {
            table.Add(
                $"{Words.Brief(holder.NodeId)}{(holder.InPlace ? " (in place)" : "")}", Cell.Of(holder.Slices),
                Cell.Of(holder.SlicesVerified), holder.Counted ? "yes" : "no",
                holder.Online ? "online" : $"{Words.Span(TimeSpan.FromSeconds(holder.AbsentS))} ago");
        }
        text.Table(table);
    }
}
