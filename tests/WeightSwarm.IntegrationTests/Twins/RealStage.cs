using System.Diagnostics;
using System.Globalization;
using System.Net;
using Grpc.Net.Client;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Hostile;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;
using WeightSwarm.V1;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>Real daemons, each on a machine of its own.</summary>
internal sealed partial class RealStage
{
    private const string Model = "org/model", FileName = "weights.bin";
    private const int GossipPort = 6890;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(150);

    private readonly WorkFolder _work = new();
    private readonly Wan _wan;
    private readonly int _stranger;
    private readonly SortedDictionary<int, Machine> _machines = [];
    private readonly CancellationTokenSource _end = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private HostilePeer? _hostile;
    private Task _attack = Task.CompletedTask;

    private readonly byte[] _bytes;

    private RealStage(Wan wan, int nodes, int slices)
    {
        (_wan, _stranger, Slices) = (wan, nodes, slices);
        _bytes = new byte[slices * TwinSetting.SliceBytes];
        new Random(1).NextBytes(_bytes);
    }

    private sealed record Machine(DaemonProcess Daemon, GrpcChannel Channel, Control.ControlClient Control);

    public long NowMs => (long)Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    public static Task<RealStage> MakeAsync(int nodes) => MakeAsync(nodes, TwinSetting.Slices, TwinLinks.Bad);

    public static async Task<RealStage> MakeAsync(int nodes, int slices, TwinLinks links)
    {
        var stage = new RealStage(await Wan.MakeAsync(nodes), nodes, slices);
        try
        {
            for (var a = 0; a <= nodes; a++)
                for (var b = a + 1; b <= nodes; b++)
                    await stage._wan.LinkAsync(a, b, TwinSetting.LatencyMs(a, b), TwinSetting.LatencyMs(a, b) / 4);
            await stage._wan.LoseAsync(links.LostPerThousand);
            // What starting a process costs is not what is compared.
            await stage.StartAsync(nodes);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async Task JoinAsync(int node)
    {
        var control = _machines[node].Control;
        if (node == 0)
            await control.CreateNetworkAsync(new CreateNetworkRequest
            {
                Name = "twins",
                Copies = TwinSetting.Copies,
                Pace = TwinSetting.Policy.Pace.Name,
                Domains = "node",
                SliceBytes = (ulong)TwinSetting.SliceBytes,
            });
        else await control.JoinNetworkAsync(new JoinNetworkRequest { Invite = (await InviteAsync()).ToString() });
        await DonateAsync(node, TwinSetting.DonatedBytes);
    }

    public async Task AddAsync(int node, int copies = 0)
    {
        var folder = FolderOf(node);
        Directory.CreateDirectory(folder);
        // Who adds it again does not touch it: a file that is written is one that changed, and its copy is withdrawn.
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) await File.WriteAllBytesAsync(file, _bytes);
        if (node > 0) await UntilAsync("the model to be known", async () => (await LookAsync(node)).Copies >= 0);
        string[] licence = node > 0 ? [] : ["--licence", "MIT"];
        string[] wanted = copies == 0 ? [] : ["--copies", copies.ToString(CultureInfo.InvariantCulture)];
        await _machines[node].Daemon.AskAsync(["add", folder, "--name", Model, .. licence, .. wanted]);
    }

    public Task CutAsync(Func<int, int> sideOf) => _wan.CutAsync(sideOf);

    public async Task FloodAsync(int victim)
    {
        _hostile = new HostilePeer(
            new IPEndPoint(Wan.AddressOf(victim), GossipPort), (await InviteAsync()).Network, Garbage.ForgedRecords,
            seed: 1, TwinSetting.FloodBytesPerSecond, Eventually.Every);
        _attack = _hostile.RunAsync(_end.Token);
    }

    public async Task DonateAsync(int node, long bytes) => await _machines[node].Control.DonateAsync(
        new DonateRequest { Path = DonationOf(node), Bytes = (ulong)bytes });

    public async Task<TwinSight> LookAsync(int node)
    {
        var control = _machines[node].Control;
        var numbers = _machines.ToDictionary(m => m.Value.Daemon.Id, m => m.Key);
        var peers = await control.PeersAsync(new PeersRequest());
        var status = await control.StatusAsync(new StatusRequest());
        var health = await control.HealthAsync(new HealthRequest());
        return new TwinSight(
            peers.Peers.Where(p => p.Liveness == "online").Select(p => numbers[p.NodeId]).ToHashSet(),
            health.Models.Count == 0 ? -1 : (int)health.Models[0].Online, (int)status.SlicesHeld,
            (int)status.SlicesFetching, peers.Bans.Count,
            peers.Peers.ToDictionary(p => numbers[p.NodeId], p => (long)p.DonatedBytes));
    }

    public async Task<long> SentAsync(int node) => (await _wan.SentAsync(GossipPort))[node];

    public Task UntilAsync(string what, Func<Task<bool>> condition) => Eventually.True(
        condition, _patience,
        () => $"no {what}\n{string.Join('\n', _machines.Select(m => $"== {m.Key}\n{m.Value.Daemon.LogTail}"))}");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _attack;
            foreach (var (_, machine) in _machines)
            {
                machine.Channel.Dispose();
                await machine.Daemon.DisposeAsync();
            }
        }
        finally
        {
            await _wan.DisposeAsync();
            _hostile?.Dispose();
            _work.Dispose();
            _end.Dispose();
        }
    }

    private async Task StartAsync(int nodes)
    {
        var starting = Enumerable.Range(0, nodes).Select(StartOneAsync).ToList();
        // All of them, also when one fails: what runs is ended by whoever has it.
        await Task.WhenAll(starting);
    }

    private async Task StartOneAsync(int node)
    {
        var daemon = await DaemonProcess.StartAsync(_work.At($"n{node}"), new DaemonStart
        {
            Listen = Wan.AddressOf(node).ToString(),
            GossipPort = GossipPort,
            TorrentPort = GossipPort + 1,
            HttpPort = GossipPort + 2,
            Through = Wan.Through(node),
            DhtNodes = [$"{Wan.AddressOf(_stranger)}:9"],
        });
        var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocketHandler.Create(Path.Combine(daemon.State, "control.sock")),
            DisposeHttpClient = true,
        });
        lock (_machines) _machines.Add(node, new Machine(daemon, channel, new Control.ControlClient(channel)));
    }

    private string FolderOf(int node) => _work.At($"model{node}");

    private string DonationOf(int node) => _work.At($"donation{node}");

    private async Task<Invite> InviteAsync()
    {
        var text = (await _machines[0].Control.InviteAsync(new InviteRequest())).Invite;
        return Invite.Parse(text, out var problem) ?? throw new InvalidOperationException(problem);
    }
}
