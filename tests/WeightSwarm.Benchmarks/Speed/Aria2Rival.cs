using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>aria2 with the version 1 twin; its peers hear of each other through a tracker of our own.</summary>
internal sealed partial class Aria2Rival : Rival
{
    private const int FirstPort = 29100;

    private readonly LocalTracker _tracker = new(IPAddress.Loopback);
    private readonly string _torrent;

    public Aria2Rival(Payload payload) : base("aria2", payload)
    {
        _torrent = Path.Combine(payload.Work, "aria2.torrent");
        File.WriteAllBytes(_torrent, _tracker.AddTo(payload.Version1));
    }

    protected override async Task<PeerProcess> StartSeederAsync(int number)
    {
        var seeder = Start(Payload.Files.Root, 12 + number, "--seed-ratio=0", "--check-integrity=true");
        var address = new IPEndPoint(AddressOf(12 + number), FirstPort + 12 + number);
        await Ports.ListensAsync(address, seeder);
        _tracker.Add(address);
        return seeder;
    }

    protected override Task<PeerProcess> StartLeecherAsync(string target) =>
        Task.FromResult(Start(target, 31, "--seed-time=0"));

    // It takes two more seconds to end.
    protected override bool IsFinished(PeerProcess leecher, string target) =>
        leecher.Last(line => line.Contains("Seeding is over", StringComparison.Ordinal)) is not null;

    protected override double Progress(PeerProcess leecher) =>
        leecher.Last(line => Percent().IsMatch(line)) is { } line
            ? double.Parse(Percent().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 100 : 0;

    private PeerProcess Start(string folder, int address, params string[] more) => new(
        "aria2c", [
            "--no-conf", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false",
            "--enable-peer-exchange=false", $"--interface={AddressOf(address)}", "--summary-interval=1",
            "--file-allocation=none", "--allow-overwrite=true", $"--listen-port={FirstPort + address}",
            $"--dir={folder}", .. more, _torrent,
        ]);

    private static IPAddress AddressOf(int number) => new([127, 0, 0, (byte)number]);

    [GeneratedRegex(@"\((\d+)%\)")]
    private static partial Regex Percent();
}
