using System.Globalization;
using System.Text;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Node.Web;

/// <summary>What the daemon counts, in Prometheus' text format (exposition format 0.0.4). Base units, bounded
/// labels.</summary>
public sealed class Metrics(
    SwarmInbox inbox, DonationLedger ledger, EngineHost engine, CustodyTable custody, Clock clock)
{
    /// <summary>The whole page.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellation)
    {
        var page = new StringBuilder();
        Gauge(page, "build_info", "The version that runs.", $"{{version=\"{DaemonVersion.Text}\"}}", 1);
        Gauge(page, "disk_pledged_bytes", "Sum of the quotas.", "", ledger.DonatedBytes);
        Gauge(page, "disk_used_bytes", "What lies in the donations, by blocks.", "",
            ledger.Look().Sum(d => d.UsedBytes));
        var (peers, held, fetching, risks) = await inbox.AskAsync(core => (
            core?.Peers.Count() ?? 0,
            core?.Held.Values.Sum(s => s.Count) ?? 0,
            core?.Fetching.Values.Sum(s => s.Count) ?? 0,
            core?.View is { } view ? HealthReport.Of(view, clock.Now) : null), cancellation);
        Gauge(page, "peers", "Nodes with an open stream.", "", peers);
        Gauge(page, "slices_held", "Verified slices on this node.", "", held);
        Gauge(page, "slices_fetching", "Slices that are on their way.", "", fetching);
        var counters = await engine.Engine.GetCountersAsync(cancellation);
        Counter(page, "torrent_received_bytes_total", "Payload received over BitTorrent, waste included.",
            counters.GetValueOrDefault("net.recv_payload_bytes"));
        Counter(page, "torrent_sent_bytes_total", "Payload sent over BitTorrent.",
            counters.GetValueOrDefault("net.sent_payload_bytes"));
        Counter(page, "proof_read_bytes_total", "Read from the disk to prove to other nodes what is held.",
            custody.BytesProved);
        if (risks is not null) Risks(page, risks);
        return page.ToString();
    }

    private static void Risks(StringBuilder page, HealthReport report)
    {
        Head(page, "models", "Catalogued models by risk.");
        foreach (var risk in Enum.GetValues<Risk>())
            page.Append(CultureInfo.InvariantCulture,
                $"weightswarm_models{{risk=\"{Control.WhyReplies.Word(risk)}\"}} {report.Count(risk)}\n");
    }

    private static void Gauge(StringBuilder page, string name, string help, string labels, long value)
    {
        Head(page, name, help);
        page.Append(CultureInfo.InvariantCulture, $"weightswarm_{name}{labels} {value}\n");
    }

    private static void Counter(StringBuilder page, string name, string help, long value)
    {
        Head(page, name, help, "counter");
        page.Append(CultureInfo.InvariantCulture, $"weightswarm_{name} {value}\n");
    }

    private static void Head(StringBuilder page, string name, string help, string type = "gauge") =>
        page.Append(CultureInfo.InvariantCulture,
            $"# HELP weightswarm_{name} {help}\n# TYPE weightswarm_{name} {type}\n");
}
