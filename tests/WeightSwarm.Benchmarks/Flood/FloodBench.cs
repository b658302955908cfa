using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using WeightSwarm.Benchmarks.Models;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Hostile;
using WeightSwarm.V1;

namespace WeightSwarm.Benchmarks.Flood;

/// <summary>
/// Fifty hostile peers at 10 MB/s each against one daemon that passes records on between two honest ones. Asked for:
/// 20 % of a core, honest delays at most twice as long at the 99th percentile, 64 MiB, every ban within 5 s.
/// </summary>
internal static class FloodBench
{
    private const int RecordEveryMs = 50;

    private sealed record Phase(double CpuShare, double P50Ms, double P99Ms, int Records, int Lost, double OwnCpuShare);

    private sealed record Result(
        int Peers, int BytesPerSecond, string Kind, Phase Quiet, Phase Flooded, double P99Ratio, double BannedSeconds,
        long BytesSent, long Connections, long MemoryGrowth);

    public static int Run(string[] arguments)
    {
        var options = new BenchOptions(arguments, "peers", "rate", "seconds", "kind", "beside", "folder", "json");
        // Short, for the control socket's path.
        var name = $"weightswarm-flood-{Guid.NewGuid():N}"[..30];
        var root = Path.Combine(options.Text("folder", Path.GetTempPath()), name);
        try
        {
            var result = MeasureAsync(root, options).GetAwaiter().GetResult();
            Print(result);
            if (options.Text("json", "") is { Length: > 0 } path) Report.Save(path, "flood", result);
            return 0;
        }
        finally
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(string root, BenchOptions options)
    {
        var window = TimeSpan.FromSeconds(options.Number("seconds", 20));
        var (daemon, _) = await DaemonProcess.StartAsync(Path.Combine(root, "a"));
        var (beside, _) = await DaemonProcess.StartAsync(Path.Combine(root, "b"));
        await using (daemon)
        await using (beside)
        {
            var invite = await InviteAsync(daemon);
            using var pair = await Pair.StartAsync(invite);
            await pair.MeasureAsync(daemon, TimeSpan.FromSeconds(3));
            var quiet = await pair.MeasureAsync(daemon, window);
            // What the attackers' own hunger for the processor costs, where they attack somebody else.
            if (options.Number("beside", 0) == 1) invite = await InviteAsync(beside);
            var attacked = options.Number("beside", 0) == 1 ? beside : daemon;
            return await AttackAsync(daemon, attacked, pair, invite, options, quiet, window);
        }
    }

    private static async Task<Invite> InviteAsync(DaemonProcess daemon)
    {
        await daemon.Control.CreateNetworkAsync(
            new CreateNetworkRequest { Name = "bench", Copies = 2, Domains = "node", Pace = "drill" });
        var text = (await daemon.Control.InviteAsync(new InviteRequest())).Invite;
        return Invite.Parse(text, out var problem) ?? throw new InvalidOperationException(problem);
    }

    private static async Task<Result> AttackAsync(
        DaemonProcess daemon, DaemonProcess attacked, Pair pair, Invite invite, BenchOptions options, Phase quiet,
        TimeSpan window)
    {
        var (rate, kinds) = ((int)options.Bytes("rate", 10_000_000), KindsOf(options));
        var peers = Enumerable.Range(0, options.Number("peers", 50)).Select(i => new HostilePeer(
            invite.Addresses[0], invite.Network, kinds[i % kinds.Length], i, rate, Pause.Every)).ToList();
        var memory = attacked.Memory("VmRSS");
        using var stop = new CancellationTokenSource();
        var attack = Task.WhenAll(peers.Select(p => Task.Run(() => p.RunAsync(stop.Token))));
        var banned = BannedAsync(attacked, peers, stop.Token);
        var flooded = await pair.MeasureAsync(daemon, window);
        var growth = attacked.Memory("VmRSS") - memory;
        await stop.CancelAsync();
        await attack;
        var result = new Result(
            peers.Count, rate, options.Text("kind", "all"), quiet, flooded, flooded.P99Ms / quiet.P99Ms, await banned,
            peers.Sum(p => p.BytesSent), peers.Sum(p => p.Connections), growth);
        peers.ForEach(p => p.Dispose());
        return result;
    }

    private static Garbage[] KindsOf(BenchOptions options) =>
        options.Text("kind", "") is { Length: > 0 } kind ? [Enum.Parse<Garbage>(kind)] : Enum.GetValues<Garbage>();

    /// <summary>Seconds until every peer that shows who it is is banned; NaN when some never were.</summary>
    private static async Task<double> BannedAsync(DaemonProcess daemon, List<HostilePeer> peers, CancellationToken stop)
    {
        var from = Stopwatch.GetTimestamp();
        var left = peers.Where(p => p.ShowsItself).Select(p => p.Id.ToString()).ToHashSet();
        while (!stop.IsCancellationRequested)
        {
            var reply = await daemon.Control.PeersAsync(new PeersRequest(), cancellationToken: CancellationToken.None);
            left.ExceptWith(reply.Bans.Select(b => b.NodeId));
            if (left.Count == 0) return Stopwatch.GetElapsedTime(from).TotalSeconds;
            await Pause.WhileMeasuringAsync(TimeSpan.FromMilliseconds(100));
        }
        return double.NaN;
    }

    private static void Print(Result r)
    {
        Console.WriteLine(
            $"{r.Peers} peers ({r.Kind}) at {r.BytesPerSecond / 1e6:0.#} MB/s: {r.BytesSent >> 20} MiB sent " +
            $"over {r.Connections} connections");
        Print("quiet", r.Quiet);
        Print("flooded", r.Flooded);
        Row("processor", $"{r.Flooded.CpuShare:P1} of a core", r.Flooded.CpuShare / 0.2);
        Row("honest p99", $"{r.P99Ratio:0.00} times", r.P99Ratio / 2);
        Row("memory", $"{r.MemoryGrowth / 1048576.0:0.0} MiB more", r.MemoryGrowth / (64.0 * 1048576));
        Row("all banned after", $"{r.BannedSeconds:0.0} s", r.BannedSeconds / 5);
    }

    private static void Print(string name, Phase p) => Console.WriteLine(
        $"{name,-8} honest records {p.Records}, lost {p.Lost}, delay p50 {p.P50Ms:0.0} ms, p99 {p.P99Ms:0.0} ms; " +
        $"victim {p.CpuShare:P1} of a core, its peers {p.OwnCpuShare:P1}");

    private static void Row(string what, string got, double ofAsked) =>
        Console.WriteLine($"{what,-16} {got,20} {ofAsked,6:0.00} of what may be");

    /// <summary>Two honest neighbours of the victim: one speaks, the other listens.</summary>
    private sealed class Pair : IDisposable
    {
        private readonly HonestPeer _speaker, _listener;
        private readonly ConcurrentDictionary<ByteString, (long Sent, TaskCompletionSource<double> Heard)> _under =
            new();
        private int _said;

        private Pair(Invite invite) =>
            (_speaker, _listener) = (new HonestPeer(invite.Addresses[0], invite.Network),
                new HonestPeer(invite.Addresses[0], invite.Network));

        public static async Task<Pair> StartAsync(Invite invite)
        {
            var pair = new Pair(invite);
            _ = pair._speaker.RunAsync(_ => { });
            _ = pair._listener.RunAsync(pair.Heard);
            await Pause.WhileMeasuringAsync(TimeSpan.FromSeconds(1));
            return pair;
        }

        public async Task<Phase> MeasureAsync(DaemonProcess daemon, TimeSpan window)
        {
            using var process = Process.GetCurrentProcess();
            var own = process.TotalProcessorTime;
            var cpu = daemon.CpuShareAsync(window);
            List<Task<double>> delays = [];
            using var end = new CancellationTokenSource(window);
            try
            {
                await foreach (var turn in Pause.Every(TimeSpan.FromMilliseconds(RecordEveryMs), end.Token))
                {
                    delays.Add(await SayAsync());
                    if (turn % 20 == 0) await _listener.PingAsync();
                }
            }
            catch (OperationCanceledException)
            {
                // The window is over.
            }
            var share = await cpu;
            process.Refresh();
            var ownShare = (process.TotalProcessorTime - own) / window;
            await Pause.WhileMeasuringAsync(TimeSpan.FromSeconds(2));
            var heard = delays.Where(d => d.IsCompleted).Select(d => d.Result).Order().ToList();
            foreach (var peer in new[] { _speaker, _listener }.Where(p => p.Closed.Length > 0))
                throw new InvalidOperationException($"an honest stream was closed: {peer.Closed}");
            return new Phase(
                share, heard[heard.Count / 2], heard[heard.Count * 99 / 100], delays.Count,
                delays.Count - heard.Count, ownShare);
        }

        public void Dispose()
        {
            _speaker.Dispose();
            _listener.Dispose();
        }

        private async Task<Task<double>> SayAsync()
        {
            var heard = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
            var record = _speaker.Make(_said++);
            _under[record] = (Stopwatch.GetTimestamp(), heard);
            await _speaker.SayAsync(record);
            return heard.Task;
        }

        private void Heard(ByteString record)
        {
            if (_under.TryRemove(record, out var said))
                said.Heard.TrySetResult(Stopwatch.GetElapsedTime(said.Sent).TotalMilliseconds);
        }
    }
}
