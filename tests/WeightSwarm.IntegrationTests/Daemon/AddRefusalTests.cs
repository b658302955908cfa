using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>What `add` refuses: with an exit code and a message each, and nothing is lost by it.</summary>
public sealed class AddRefusalTests(AddRefusalTests.Fixture fixture) : IClassFixture<AddRefusalTests.Fixture>
{
    private const string Good = "org/good";

    private readonly Swarm _swarm = fixture.Swarm;

    /// <summary>A founder with one model in place, and a node that is no curator.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal Swarm Swarm { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Swarm = await Swarm.StartAsync(nodes: 2);
            await Swarm.AddAsync(0, ModelFolder.Make(Swarm.At("good"), seed: 1, shards: 2, ModelFolder.MiB), Good);
        }

        public async Task DisposeAsync() => await Swarm.DisposeAsync();
    }

    [Fact]
    public Task Add_OfNothing_IsNotFound() =>
        RefusesAsync(_swarm.At("nowhere"), 3, "no-such-path", _swarm.At("nowhere"));

    [Fact]
    public Task Add_OfAnEmptyFolder_IsRefused()
    {
        var folder = Directory.CreateDirectory(_swarm.At("empty")).FullName;
        return RefusesAsync(folder, 2, "empty", folder);
    }

    [Fact]
    public Task Add_OfEmptyFilesOnly_IsRefused()
    {
        var folder = _swarm.At("hollow");
        ModelFolder.Write(folder, "a", 0, seed: 1);
        ModelFolder.Write(folder, "b/c", 0, seed: 1);
        return RefusesAsync(folder, 2, "empty", folder, "2 files");
    }

    [Theory]
    [InlineData("back\\slash")]
    [InlineData("new\nline")]
    [InlineData(".pad/1")]
    public Task Add_OfAFileName_ThatNoTorrentMayHave_IsRefused(string name)
    {
        var folder = _swarm.At($"names{name.Length}{name[0]}");
        ModelFolder.Write(folder, "fine.bin", 1000, seed: 1);
        ModelFolder.Write(folder, name, 1000, seed: 2);
        return RefusesAsync(folder, 2, "unsuitable", "rename");
    }

    [Fact]
    public Task Add_OfAFileName_OverTheLimit_IsRefused()
    {
        var folder = _swarm.At("long");
        ModelFolder.Write(folder, new string('x', 241), 1000, seed: 1);
        return RefusesAsync(folder, 2, "unsuitable", "241 bytes", "240", "rename");
    }

    [Fact]
    public Task Add_OfNamesThatDifferInCaseOnly_IsRefused()
    {
        var folder = _swarm.At("case");
        ModelFolder.Write(folder, "Weights.bin", 1000, seed: 1);
        ModelFolder.Write(folder, "weights.bin", 1000, seed: 2);
        return RefusesAsync(folder, 2, "unsuitable", "eights.bin", "rename");
    }

    [Fact]
    public Task Add_OfALinkToNowhere_IsRefused()
    {
        var folder = _swarm.At("links");
        ModelFolder.Write(folder, "fine.bin", 1000, seed: 1);
        File.CreateSymbolicLink(Path.Combine(folder, "gone.bin"), "nowhere");
        return RefusesAsync(folder, 2, "unsuitable", "gone.bin", "symbolic link");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("org/..")]
    [InlineData("noslash")]
    [InlineData("a/b/c")]
    [InlineData("/abs/x")]
    public async Task Add_UnderABadName_IsRefused(string name)
    {
        var result = await _swarm[0].RunAsync("add", _swarm.At("good"), "--name", name, "--licence", "MIT");
        result.Failed(2, "bad-name", name);
        await NothingIsLostAsync();
    }

    [Fact]
    public async Task Add_UnderAnUnknownLicence_IsRefused()
    {
        var folder = ModelFolder.Make(_swarm.At("licence"), seed: 2, shards: 1, 5000);
        var result = await _swarm[0].RunAsync("add", folder, "--name", "org/licence", "--licence", "MTI");
        result.Failed(2, "unknown-licence", "MTI", "LicenseRef-");
        await NothingIsLostAsync();
    }

    [Fact]
    public async Task Add_WhileAFileChanges_IsRefused()
    {
        var folder = _swarm.At("busy");
        var file = ModelFolder.Write(folder, "growing.bin", 48 * ModelFolder.MiB, seed: 3);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            for (byte n = 0; !stop.IsCancellationRequested; n++)
            {
                stream.Position = 0;
                stream.WriteByte(n);
                stream.Flush(flushToDisk: false);
            }
        });
        await RefusesAsync(folder, 6, "changed", file);
        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Add_OnANodeThatIsNoCurator_ProposesSixteenModelsAtMost()
    {
        for (var n = 0; n < 16; n++)
        {
            var proposed = ModelFolder.Make(_swarm.At($"foreign{n}"), seed: 40 + n, shards: 1, 5000);
            Assert.True((await _swarm.AddAsync(1, proposed, $"org/foreign-{n}")).GetProperty("proposed").GetBoolean());
        }
        var folder = ModelFolder.Make(_swarm.At("foreign"), seed: 4, shards: 1, 5000);
        var result = await _swarm[1].RunAsync("add", folder, "--name", "org/foreign", "--licence", "MIT");
        result.Failed(5, "too-many-proposals", "16", "weightswarm proposals");
        await NothingIsLostAsync();
    }

    [Fact]
    public async Task Add_OfTheSameContent_AnswersWithTheExistingEntry()
    {
        var again = await _swarm.AddAsync(0, _swarm.At("good"), Good);
        Assert.True(again.GetProperty("existing").GetBoolean());
        var copy = _swarm.At("copy of good");
        ModelFolder.Make(copy, seed: 1, shards: 2, ModelFolder.MiB);
        var elsewhere = await _swarm.AddAsync(0, copy, "other/name");
        Assert.True(elsewhere.GetProperty("existing").GetBoolean());
        foreach (var answer in new[] { again, elsewhere })
            Assert.Equal(Good, answer.GetProperty("model").GetProperty("name").GetString());
        await NothingIsLostAsync();
    }

    [Fact]
    public async Task Add_OfAnUnreadableFile_IsRefused()
    {
        // Root may read everything; without these two capabilities it is held to the modes as anybody is.
        await using var daemon = await DaemonProcess.StartAsync(_swarm.At("bound"), new DaemonStart
        {
            Through = Environment.IsPrivilegedProcess
                ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
                : [],
        });
        await daemon.AskAsync("network", "create", "bound", "--pace", "drill");
        var folder = ModelFolder.Make(_swarm.At("locked"), seed: 5, shards: 2, 5000);
        var file = Directory.GetFiles(folder, "*.bin")[0];
        File.SetUnixFileMode(file, UnixFileMode.None);
        (await daemon.RunAsync("add", folder, "--name", "org/locked", "--licence", "MIT"))
            .Failed(1, "unreadable", file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        (await daemon.RunAsync("add", folder, "--name", "org/locked", "--licence", "MIT"))
            .Failed(1, "unreadable", folder);
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task RefusesAsync(string path, int exitCode, string code, params string[] words)
    {
        var result = await _swarm[0].RunAsync("add", path, "--name", "org/refused", "--licence", "MIT");
        result.Failed(exitCode, code, words);
        await NothingIsLostAsync();
    }

    private async Task NothingIsLostAsync()
    {
        var models = (await _swarm[0].AskAsync("ls")).GetProperty("models");
        Assert.Equal(1, models.GetArrayLength());
        Assert.Equal(Good, models[0].GetProperty("name").GetString());
        Assert.Equal(models[0].GetProperty("slices").GetInt32(), await Swarm.SlicesHeldAsync(_swarm[0]));
    }
}
