using System.Globalization;
using System.Runtime.CompilerServices;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// Ours or libtorrent's own Python client: both take TORRENT FOLDER ADDRESS, are told "connect ADDRESS PORT", and say
/// "port N", "ready", "progress 0.5" and "finished". The hybrid torrent, on loopback.
/// </summary>
internal sealed class EngineRival : Rival
{
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly string[] _more;
    private readonly bool _ours;
    private string _role = "seed";
    private readonly List<(string Address, string Port)> _addresses = [];

    private EngineRival(string name, Payload payload, bool ours, string program, string[] arguments, string[] more)
        : base(name, payload) =>
        (_ours, _program, _arguments, _more) = (ours, program, arguments, more);

    /// <summary>WeightSwarm's engine as the daemon sets it up, with other settings if wanted.</summary>
    public static EngineRival Ours(Payload payload, string name = "weightswarm", params string[] settings) =>
        new(name, payload, ours: true, Environment.ProcessPath!, [OwnPeer.Verb], settings);

    /// <summary>A seeder whose engine hashes the folder before it serves.</summary>
    public static EngineRival Checking(Payload payload) =>
        new("checking", payload, ours: true, Environment.ProcessPath!, [OwnPeer.Verb], []) { _role = "check" };

    /// <summary>libtorrent's Python binding with libtorrent's defaults.</summary>
    public static EngineRival Libtorrent(Payload payload) =>
        new("libtorrent", payload, ours: false, "/usr/bin/python3", [Script()], []);

    protected override async Task<PeerProcess> StartSeederAsync(int number)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.{11 + number}");
        var seeder = Start(Payload.Files.Root, address, _ours ? [_role] : []);
        _addresses.Add((address, (await seeder.LineAsync("port "))[5..]));
        await seeder.LineAsync("ready");
        return seeder;
    }

    protected override async Task<PeerProcess> StartLeecherAsync(string target)
    {
        var leecher = Start(target, "127.0.0.21", _ours ? ["leech"] : []);
        await leecher.LineAsync("ready");
        return leecher;
    }

    protected override void Connect(PeerProcess leecher, IReadOnlyList<PeerProcess> seeders)
    {
        foreach (var (address, port) in _addresses) leecher.Tell($"connect {address} {port}");
    }

    protected override bool IsFinished(PeerProcess leecher, string target) => leecher.Find("finished") is not null;

    protected override double Progress(PeerProcess leecher) =>
        leecher.Last(line => line.StartsWith("progress ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[9..], CultureInfo.InvariantCulture) : 0;

    // libtorrent maps files, and what is mapped the system does not forget.
    public override async Task RestAsync(IReadOnlyList<PeerProcess> seeders)
    {
        if (_ours) return;
        foreach (var seeder in seeders)
        {
            var lines = seeder.Lines;
            seeder.Tell("rest");
            await seeder.LineAsync("resting", lines);
        }
    }

    public override void Wake(IReadOnlyList<PeerProcess> seeders)
    {
        if (_ours) return;
        foreach (var seeder in seeders) seeder.Tell("wake");
    }

    private PeerProcess Start(string folder, string address, string[] role) =>
        new(_program, [.. _arguments, Payload.Hybrid, folder, address, .. role, .. _more]);

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "libtorrent_peer.py");
}
