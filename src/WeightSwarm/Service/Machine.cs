using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WeightSwarm.Cli.Service;

/// <summary>How a program that was run ended.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Output">What it printed, stdout and then stderr, trimmed.</param>
internal sealed record ProgramResult(int Code, string Output);

/// <summary>The machine that the service is installed on; tests give one of their own.</summary>
internal sealed record Machine
{
    /// <summary>Put before every absolute path that is read or written; empty on the real machine.</summary>
    public required string Root { get; init; }

    public required bool IsRoot { get; init; }

    /// <summary>The folder that this program was built or installed into.</summary>
    public required string ProgramFolder { get; init; }

    /// <summary>The folder of the .NET installation that this program runs on.</summary>
    public required string DotnetFolder { get; init; }

    /// <summary>Runs a program with its arguments.</summary>
    public required Func<string, IReadOnlyList<string>, CancellationToken, Task<ProgramResult>> Run { get; init; }

    /// <summary>Where this process runs.</summary>
    public static Machine This { get; } = new()
    {
        Root = "",
        IsRoot = Environment.IsPrivilegedProcess,
        ProgramFolder = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory),
        // .../dotnet/shared/Microsoft.NETCore.App/10.0.0/
        DotnetFolder = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        Run = RunProgramAsync,
    };

    /// <summary>The place of an absolute path on this machine.</summary>
    public string At(string path) => Root + path;

    /// <summary>Whether systemd is the first process: the test that sd_booted(3) makes.</summary>
    public bool HasSystemd => Directory.Exists(At("/run/systemd/system"));

    private static async Task<ProgramResult> RunProgramAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new IOException($"'{program}' did not start");
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new ProgramResult(process.ExitCode, (await output + await error).Trim());
    }
}
