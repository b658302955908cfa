using WeightSwarm.Cli.Service;

namespace WeightSwarm.Tests.Cli;

/// <summary>A machine in a folder of its own, where programs only leave a note that they were run.</summary>
internal sealed class FakeMachine : IDisposable
{
    public FakeMachine(bool hasSystemd = true, bool isRoot = true, string? programFolder = null)
    {
        Root = Directory.CreateTempSubdirectory("weightswarm-machine-").FullName;
        if (hasSystemd) Directory.CreateDirectory(Root + "/run/systemd/system");
        var program = programFolder ?? MakeProgram();
        Machine = Bare() with { Root = Root, IsRoot = isRoot, ProgramFolder = program, Run = RunAsync };
    }

    public string Root { get; }

    public Machine Machine { get; init; }

    /// <summary>Every program that was run, with its arguments.</summary>
    public List<string> Runs { get; } = [];

    /// <summary>How the next programs end, by the start of their line; well, when there is no entry.</summary>
    public Dictionary<string, ProgramResult> Results { get; } = [];

    /// <summary>A machine that nothing can be done on.</summary>
    public static Machine Bare() => new()
    {
        Root = "/nonexistent",
        IsRoot = false,
        ProgramFolder = "/usr/lib/weightswarm",
        DotnetFolder = "/usr/share/dotnet",
        Run = (program, _, _) => throw new InvalidOperationException($"'{program}' is not to be run here"),
    };

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string MakeProgram()
    {
        var folder = Directory.CreateDirectory(Root + "/built");
        File.WriteAllText(folder.FullName + "/weightswarm", "program");
        File.WriteAllText(folder.CreateSubdirectory("runtimes").FullName + "/native.so", "native");
        return folder.FullName;
    }

    private Task<ProgramResult> RunAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var line = $"{program} {string.Join(' ', arguments)}".Replace(Root, "", StringComparison.Ordinal);
        Runs.Add(line);
        var result = Results.FirstOrDefault(pair => line.StartsWith(pair.Key, StringComparison.Ordinal)).Value;
        return Task.FromResult(result ?? new ProgramResult(0, ""));
    }
}
