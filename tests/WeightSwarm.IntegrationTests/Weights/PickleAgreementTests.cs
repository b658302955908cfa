using System.Diagnostics;
using System.Runtime.CompilerServices;
using WeightSwarm.Core.Formats;
using WeightSwarm.Node.Weights;
using WeightSwarm.Node.Weights.Formats;

namespace WeightSwarm.IntegrationTests.Weights;

/// <summary>What a pickle would import: Python's own unpickler and the scan, which obeys nothing, agree.</summary>
public sealed class PickleAgreementTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("weightswarm-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Scan_PicklesOfPython_NamesWhatPythonWouldImport()
    {
        const int Seed = 20_250_103, Count = 600;
        var expected = (await Python(_root, $"{Seed}", $"{Count}")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('\t')).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal(Count, expected.Count);
        var facts = ModelInspector.Inspect(FolderScan.Run(_root));
        Assert.Empty(facts.Faults);
        var dangers = facts.Hazards.Where(h => h.Label == HazardLabels.DangerousPickle)
            .ToDictionary(h => h.File, h => h.Why);
        Assert.InRange(dangers.Count, Count / 10, Count * 9 / 10);
        foreach (var (file, imports) in expected)
        {
            var why = dangers.GetValueOrDefault(file, "");
            Assert.True(imports.Length > 0 == why.Length > 0, $"seed {Seed}, {file}: Python [{imports}], here [{why}]");
            if (why.Length == 0) continue;
            foreach (var import in imports.Split(',').Take(5))
                Assert.True(
                    why.Contains(import, StringComparison.Ordinal), $"seed {Seed}, {file}: [{imports}], here [{why}]");
        }
    }

    private static async Task<string> Python(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Script(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"make_pickles.py {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "make_pickles.py");
}
