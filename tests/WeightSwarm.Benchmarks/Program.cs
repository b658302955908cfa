using System.Globalization;
using BenchmarkDotNet.Running;
using WeightSwarm.Benchmarks;
using WeightSwarm.Benchmarks.Bandwidth;
using WeightSwarm.Benchmarks.Flood;
using WeightSwarm.Benchmarks.Ingest;
using WeightSwarm.Benchmarks.Models;
using WeightSwarm.Benchmarks.Speed;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var benches = new SortedDictionary<string, Bench>(StringComparer.Ordinal)
{
    ["bandwidth"] = new("how near an engine stays to its limits, up and down", BandwidthBench.Run),
    ["engine"] = new("the engine's settings, each beside the daemon's own over loopback", EngineBench.Run),
    ["flood"] = new("hostile peers: what they cost a daemon, and those who gossip through it", FloodBench.Run),
    ["ingest"] = new("hashing a model: ours, libtorrent and sha256sum, the limit of the processor", IngestBench.Run),
    ["models"] = new("what 2,000 models cost one daemon: start, idle processor time, memory", ModelsBench.Run),
    ["planner"] = new("what planning costs (options of BenchmarkDotNet follow)", Planner),
    ["speed"] = new("transfers over loopback: ours, libtorrent's Python client, aria2, Transmission", SpeedBench.Run),
};

if (args is ["list"])
{
    foreach (var (name, bench) in benches) Console.WriteLine($"{name,-10} {bench.Summary}");
    return 0;
}
// The benchmarks of transfers start themselves again as one peer.
if (args is [OwnPeer.Verb, ..]) return OwnPeer.Run(args[1..]);
if (args.Length > 0 && benches.TryGetValue(args[0], out var chosen)) return chosen.Run(args[1..]);
Console.Error.WriteLine($"usage: tests/bench list | {string.Join(" | ", benches.Keys)} [options]");
return 2;

static int Planner(string[] arguments)
{
    BenchmarkSwitcher.FromAssembly(typeof(Bench).Assembly).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments);
    return 0;
}
