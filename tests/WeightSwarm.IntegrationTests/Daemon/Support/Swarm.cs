using System.Globalization;
using System.Text.Json;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>Several daemons of one private network with pace drill, on loopback, in one temporary folder.</summary>
internal sealed class Swarm : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private readonly WorkFolder _folder = new();
    private readonly List<DaemonProcess> _nodes = [];

    public IReadOnlyList<DaemonProcess> Nodes => _nodes;

    public DaemonProcess this[int node] => _nodes[node];

    /// <summary>A path inside the temporary folder.</summary>
    public string At(params string[] names) => _folder.At(names);

    /// <summary>The folder that a node donates.</summary>
    public string DonationOf(int node) => At($"donation{node}");

    /// <summary>Starts daemons; the first founds the network, the others join it and see each other on
    /// return.</summary>
    public static async Task<Swarm> StartAsync(
        int nodes, int copies = 3, string slice = "1MiB", string domains = "node")
    {
        var swarm = new Swarm();
        try
        {
            await swarm.AddNodesAsync(nodes);
            await swarm[0].AskAsync(
                "network", "create", "test", "--copies", Text(copies), "--pace", "drill", "--domains", domains,
                "--slice", slice);
            await swarm.JoinAsync(swarm._nodes.Skip(1));
            return swarm;
        }
        catch
        {
            await swarm.DisposeAsync();
            throw;
        }
    }

    /// <summary>More daemons, without a network.</summary>
    public async Task AddNodesAsync(int count)
    {
        var first = _nodes.Count;
        _nodes.AddRange(await Task.WhenAll(
            Enumerable.Range(first, count).Select(n => DaemonProcess.StartAsync(At($"n{n}")))));
    }

    /// <summary>Nodes join the network of the first; all know the first on return, and it knows them.</summary>
    public async Task JoinAsync(IEnumerable<DaemonProcess> nodes)
    {
        var invite = await InviteAsync();
        var joining = nodes.ToList();
        foreach (var node in joining) await node.AskAsync("network", "join", invite);
        foreach (var node in joining.Prepend(this[0])) await SeesAsync(node, _nodes.Count(n => n.IsRunning) - 1);
    }

    public async Task<string> InviteAsync() => (await this[0].AskAsync("invite")).GetProperty("invite").GetString()!;

    /// <summary>Returns when the node knows the rules and sees so many others online.</summary>
    public Task SeesAsync(DaemonProcess node, int others) => UntilAsync(
        async () =>
        {
            var status = await node.AskAsync("status");
            return status.GetProperty("nodes_online").GetInt32() >= others
                && status.GetProperty("network").GetProperty("charter_known").GetBoolean();
        },
        $"node {node.Id} to see {others} others");

    public async Task DonateAsync(int node, string size) => await this[node].AskAsync("donate", size, DonationOf(node));

    /// <summary>Adds a folder on a node; answers what `add` printed.</summary>
    public Task<JsonElement> AddAsync(int node, string folder, string name, params string[] more) =>
        this[node].AskAsync(["add", folder, "--name", name, "--licence", "MIT", .. more]);

    /// <summary>`health` of one model as a node sees it.</summary>
    public static async Task<JsonElement> HealthAsync(DaemonProcess node, string model)
    {
        var result = await node.RunAsync("health", model);
        Assert.True(result.ExitCode is 0 or 10, result.ToString());
        return result.Json.GetProperty("models")[0];
    }

    /// <summary>Returns when every slice has so many counted copies whose holders are online.</summary>
    public async Task HasCopiesAsync(DaemonProcess node, string model, int copies)
    {
        await UntilAsync(
            async () =>
            {
                if ((await node.RunAsync("show", model)).ExitCode == 3) return false;
                var found = (await HealthAsync(node, model)).GetProperty("copies");
                return found.GetProperty("counted").GetInt32() >= copies
                    && found.GetProperty("online").GetInt32() >= copies;
            },
            $"{copies} copies of {model}", model);
    }

    /// <summary>How many slices a node holds, by its own word.</summary>
    public static async Task<int> SlicesHeldAsync(DaemonProcess node) =>
        (await node.AskAsync("status")).GetProperty("slices_held").GetInt32();

    /// <summary>Waits; a failure prints what every node thinks and logged.</summary>
    public async Task UntilAsync(
        Func<Task<bool>> condition, string what, string? model = null, TimeSpan? patience = null)
    {
        try
        {
            await Eventually.True(condition, patience ?? _patience, () => what);
        }
        catch (Exception e)
        {
            Assert.Fail($"{e.Message}\n{await ReportAsync(model)}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> ReportAsync(string? model)
    {
        var report = new System.Text.StringBuilder();
        foreach (var node in _nodes)
        {
            report.Append(CultureInfo.InvariantCulture, $"\n== {node.Id} ({(node.IsRunning ? "runs" : "ended")})\n");
            if (node.IsRunning)
                foreach (var verb in Verbs(model))
                {
                    var result = await RunResult.OfAsync(ProgramUnderTest.Path, ["--state", node.State, .. verb]);
                    report.Append(CultureInfo.InvariantCulture, $"-- {verb[0]}\n{result.Output}{result.Error}");
                }
            report.Append(CultureInfo.InvariantCulture, $"-- log\n{node.LogTail}\n");
        }
        return report.ToString();
    }

    private static string[][] Verbs(string? model) => model is null
        ? [["status"], ["peers"]]
        : [["health", model], ["why", model], ["plan"]];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
