using System.Globalization;
using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Torrent;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// One peer of ours in a process of its own, with the daemon's engine settings: TORRENT FOLDER ADDRESS seed|check|leech
/// [name=value ...]. A seeder has what a daemon has of a folder that it hashed: its word for every piece; with "check"
/// the engine hashes the folder again.
/// </summary>
internal static class OwnPeer
{
    public const string Verb = "peer";

    public static int Run(string[] arguments)
    {
        RunAsync(arguments[0], arguments[1], IPAddress.Parse(arguments[2]), arguments[3], arguments[4..])
            .GetAwaiter().GetResult();
        return 0;
    }

    private static async Task RunAsync(string torrent, string folder, IPAddress address, string role, string[] settings)
    {
        var metainfo = Metainfo.Parse(await File.ReadAllBytesAsync(torrent)).Metainfo!;
        await using var engine = new LibtorrentFactory().Create(
            EngineHost.OptionsFor(new IPEndPoint(address, 0)) with { Settings = settings });
        Say($"port {engine.ListenPort}");
        var key = await engine.AddAsync(new TorrentSpec
        {
            Metainfo = metainfo.ToEngineBytes(),
            SaveFolder = folder,
            ReadOnly = role != "leech",
            VerifiedPieces = role == "seed" ? [.. Enumerable.Repeat(true, metainfo.Pieces)] : [],
        }, default);
        using var over = new CancellationTokenSource();
        var listening = ListenAsync(engine, key, role == "leech", over.Token);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            var port = int.Parse(words[2], CultureInfo.InvariantCulture);
            await engine.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Parse(words[1]), port), default);
        }
        await over.CancelAsync();
        await listening;
    }

    private static async Task ListenAsync(ITorrentEngine engine, string key, bool fetches, CancellationToken over)
    {
        try
        {
            await foreach (var happened in engine.ReadEventsAsync(over))
                await TellAsync(engine, key, fetches, happened);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
    }

    private static async Task TellAsync(ITorrentEngine engine, string key, bool fetches, TorrentEvent happened)
    {
        switch (happened)
        {
            case TorrentChecked:
                Say("ready");
                break;
            case PieceVerified piece when fetches:
                if (piece.Piece % 16 == 0) await TellProgressAsync(engine, key);
                break;
            case TorrentFinished when fetches:
                await engine.FlushAsync(key, default);
                Say("finished");
                break;
            case TorrentFileError error:
                Say($"error {error.File}: {error.Message}");
                break;
        }
    }

    private static async Task TellProgressAsync(ITorrentEngine engine, string key)
    {
        if (await engine.GetStatusAsync(key, default) is not { TotalWantedBytes: > 0 } status) return;
        Say($"progress {(double)status.TotalWantedDoneBytes / status.TotalWantedBytes:0.0000}");
    }

    private static void Say(string line) => Console.Out.WriteLine(line);
}
