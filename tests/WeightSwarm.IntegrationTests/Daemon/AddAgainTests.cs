using System.Diagnostics;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>An `add` that was killed goes on where it was.</summary>
public sealed class AddAgainTests
{
    [Fact]
    public async Task Add_KilledOnTheWay_DoesNotReadFinishedFilesAgain()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, slice: "1GiB");
        var folder = swarm.At("model");
        ModelFolder.Write(folder, "a.bin", 257 * ModelFolder.MiB, seed: 1);
        // Many times as long, so that the first `add` is killed in the middle of it; sparse, to be kind to the disk.
        using (var sparse = File.Create(Path.Combine(folder, "b.bin"))) sparse.SetLength(3L << 30);
        var adding = swarm[0].RunAsync("add", folder, "--name", "org/model", "--licence", "MIT");
        await swarm.UntilAsync(() => Task.FromResult(KeptFiles(swarm[0].State) == 1), "one finished file in the store");
        await swarm[0].KillAsync();
        Assert.NotEqual(0, (await adding).ExitCode);

        await swarm[0].StartAgainAsync();
        var added = await swarm.AddAsync(0, folder, "org/model");
        var notes = added.GetProperty("notes").EnumerateArray().Select(note => note.GetString());
        Assert.Contains(notes, note => note!.Contains("not read again", StringComparison.Ordinal));
        Assert.Equal(0, KeptFiles(swarm[0].State));
    }

    private static int KeptFiles(string state)
    {
        var script = "import sqlite3,sys; print(sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)"
            + ".execute('select count(*) from ingest').fetchone()[0])";
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-c", script, Path.Combine(state, "weightswarm.db")])
        { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return int.Parse(output, System.Globalization.CultureInfo.InvariantCulture);
    }
}
