using System.Text;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Names of files that people really use, and those at the limits, from one folder to another.</summary>
public class FileNameTests
{
    private const string Model = "org/names";

    // BitTorrent engines cut longer names.
    private const int LongestName = 240;

    private static readonly string _longest = new string('x', LongestName - 4) + ".bin";
    private static readonly string _longestUnicode = string.Concat(Enumerable.Repeat("é", LongestName / 2));

    [Fact]
    public async Task Names_OfEveryKind_AreRestoredAsTheyWere()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = swarm.At("model");
        string[] paths =
        [
            "plain.bin", "with two  spaces.bin", "-begins with a minus", "--json", "@file", "~tilde",
                "#hash%20$(x)`y`'\"",
            "überwältigend.bin", "権重/層 1/重み.bin", "🦙.weights", "a/b/c/d/e/f/g/deep.bin", ".hidden", "trailing-",
            _longest, _longestUnicode, $"nested/{_longest}", "empty", "nested/also empty",
        ];
        Assert.Equal(LongestName, Encoding.UTF8.GetByteCount(_longest));
        Assert.Equal(LongestName, Encoding.UTF8.GetByteCount(_longestUnicode));
        for (var n = 0; n < paths.Length; n++)
            ModelFolder.Write(folder, paths[n], BytesOf(paths[n], n), seed: n);

        await swarm.DonateAsync(1, "20MB");
        var added = await swarm.AddAsync(0, folder, Model);
        Assert.Equal(paths.Length, added.GetProperty("model").GetProperty("files").GetInt32());
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        // The folder that was added in place is not asked any more.
        await swarm[0].KillAsync();
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));

        ModelFolder.AssertSame(folder, swarm.At("restored"));
    }

    private static int BytesOf(string path, int n) =>
        path.EndsWith("empty", StringComparison.Ordinal) ? 0 : 1 + n * 37_777;
}
