using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// Transmission 3.00 with the version 1 twin. It takes no loopback peers from trackers, so its peers have addresses of
/// this benchmark's own network namespace.
/// </summary>
internal sealed partial class TransmissionRival : Rival
{
    private const int FirstPort = 29200;

    private readonly LocalTracker _tracker = new(OwnNetwork.AddressOf(1));
    private readonly string _torrent;

    public TransmissionRival(Payload payload) : base("transmission", payload)
    {
        _torrent = Path.Combine(payload.Work, "transmission.torrent");
        File.WriteAllBytes(_torrent, _tracker.AddTo(payload.Version1));
    }

    public override bool OnceOnly => true;

    protected override async Task<PeerProcess> StartSeederAsync(int number)
    {
        var seeder = await StartAsync(Payload.Files.Root, 11 + number, "-v");
        while (seeder.Last(line => line.Contains("Seeding", StringComparison.Ordinal)) is null)
        {
            if (seeder.HasEnded) throw new InvalidOperationException($"transmission does not seed: {seeder.Tail}");
            await Pause.BeforeLookingAgainAsync();
        }
        _tracker.Add(new IPEndPoint(OwnNetwork.AddressOf(11 + number), FirstPort + 11 + number));
        return seeder;
    }

    protected override Task<PeerProcess> StartLeecherAsync(string target) => StartAsync(target, 21);

    protected override bool IsFinished(PeerProcess leecher, string target) =>
        leecher.Last(line => line.Contains("Seeding", StringComparison.Ordinal)) is not null;

    protected override double Progress(PeerProcess leecher) =>
        leecher.Last(line => Percent().IsMatch(line)) is { } line
            ? double.Parse(Percent().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture) / 100 : 0;

    private async Task<PeerProcess> StartAsync(string folder, int address, params string[] more)
    {
        var home = Path.Combine(Payload.Work, $"transmission-{Guid.NewGuid():N}");
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(Path.Combine(home, "settings.json"), $$"""
            {"dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
             "port-forwarding-enabled": false, "bind-address-ipv4": "{{OwnNetwork.AddressOf(address)}}",
             "bind-address-ipv6": "::1"}
            """);
        var port = (FirstPort + address).ToString(CultureInfo.InvariantCulture);
        return new PeerProcess("transmission-cli", ["-g", home, "-w", folder, "-p", port, "-M", .. more, _torrent]);
    }

    [GeneratedRegex(@"Progress: ([\d.]+)%")]
    private static partial Regex Percent();
}
