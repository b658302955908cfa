using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WeightSwarm.IntegrationTests.Protocol;

/// <summary>
/// A second implementation of docs/protocol.md, in Python's standard library alone, makes the same vectors byte for
/// byte as those that the unit tests hold true of this one.
/// </summary>
public sealed class VectorScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weightswarm-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Script_MakesTheVectorsThatAreKept()
    {
        var (code, output) = await Run(Kept());
        Assert.True(code == 0, $"these vectors are not what the script makes: {output}");
        Assert.Contains("files agree", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_ForAVectorThatIsAltered_NamesTheFile()
    {
        foreach (var file in Directory.GetFiles(Kept()))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        var altered = Path.Combine(_folder, "scores.json");
        File.WriteAllText(altered, (await File.ReadAllTextAsync(altered)).Replace("\"epoch\": 0", "\"epoch\": 1",
            StringComparison.Ordinal));
        var (code, output) = await Run(_folder);
        Assert.Equal((1, "scores.json"), (code, output.Trim()));
    }

    private static async Task<(int Code, string Output)> Run(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-B", Script(), folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "vectors.py");

    private static string Kept([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/vectors"));
}
