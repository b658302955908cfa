using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>SIGKILL at any moment loses no record and no verified slice.</summary>
public sealed class RestartTests
{
    private const string Model = "org/model";
    private const int Slices = 24;

    [Fact]
    public async Task Holder_KilledWhileItFetches_KeepsWhatItHad_AndFetchesItOnce()
    {
        var random = new Random(20_261);
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        var folder = MakeModel(swarm);
        await swarm.AddAsync(0, folder, Model);
        await swarm.DonateAsync(1, "100MB");
        var held = new SortedSet<int>();
        var written = new Dictionary<string, DateTime>();
        for (var round = 0; round < 4; round++)
        {
            var wanted = Math.Min(Slices, held.Count + random.Next(0, 5));
            await swarm.UntilAsync(
                async () => (await HeldAsync(swarm[1])).Count >= wanted, $"{wanted} slices in round {round}", Model);
            held = await HeldAsync(swarm[1]);
            await swarm[1].KillAsync();
            written = WrittenAt(swarm.DonationOf(1), held);
            await swarm[0].SignalAsync("STOP");
            await swarm[1].StartAgainAsync();
            Assert.Superset(held, await HeldAsync(swarm[1]));
            Assert.Equal(written, WrittenAt(swarm.DonationOf(1), held));
            await swarm[0].SignalAsync("CONT");
        }
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal(written, WrittenAt(swarm.DonationOf(1), held));
        await swarm[0].KillAsync();
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
    }

    [Fact]
    public async Task Daemon_KilledAndStartedAlone_StillKnowsItsNetworkAndCatalogue()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2);
        await swarm.AddAsync(0, MakeModel(swarm), Model);
        await swarm.UntilAsync(async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the entry");
        await swarm[0].KillAsync();
        var before = await swarm[1].AskAsync("network", "show");
        await swarm[1].KillAsync();
        await swarm[1].StartAgainAsync();
        Assert.Equal(before.GetRawText(), (await swarm[1].AskAsync("network", "show")).GetRawText());
        var models = (await swarm[1].AskAsync("ls")).GetProperty("models");
        Assert.Equal(Model, Assert.Single(models.EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Adder_KilledAtAnyMoment_ServesInPlaceAgain()
    {
        var random = new Random(7_741);
        await using var swarm = await Swarm.StartAsync(nodes: 2);
        var folder = MakeModel(swarm);
        for (var round = 0; round < 4; round++)
        {
            var adding = swarm[0].RunAsync("add", folder, "--name", Model, "--licence", "MIT");
            var asked = random.Next(0, 12);
            for (var n = 0; n < asked && !adding.IsCompleted; n++) await swarm[0].RunAsync("status");
            await swarm[0].KillAsync();
            var added = await adding;
            await swarm[0].StartAgainAsync();
            if (added.ExitCode == 0) Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[0]));
        }
        await swarm.AddAsync(0, folder, Model);
        await swarm[0].KillAsync();
        await swarm[0].StartAgainAsync();
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[0]));
        await swarm.HasCopiesAsync(swarm[1], Model, 1);
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
    }

    /// <summary>One file to a slice, so that a file's time of change tells whether the slice was written
    /// again.</summary>
    private static string MakeModel(Swarm swarm)
    {
        var folder = swarm.At("model");
        for (var n = 0; n < Slices; n++) ModelFolder.Write(folder, FileOf(n), ModelFolder.MiB, seed: n);
        return folder;
    }

    private static string FileOf(int slice) => $"part-{slice:00}.bin";

    private static Dictionary<string, DateTime> WrittenAt(string donation, IEnumerable<int> slices)
    {
        var names = slices.Select(FileOf).ToHashSet();
        return Directory.EnumerateFiles(donation, "*.bin", SearchOption.AllDirectories)
            .Where(path => names.Contains(Path.GetFileName(path))).ToDictionary(path => path, File.GetLastWriteTimeUtc);
    }

    /// <summary>The slices that the node itself says it holds.</summary>
    private static Task<SortedSet<int>> HeldAsync(DaemonProcess node) => HeldSlices.OfAsync(node, Model, node);
}
