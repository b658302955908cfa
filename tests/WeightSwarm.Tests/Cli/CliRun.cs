using WeightSwarm.Cli;
using WeightSwarm.Cli.Service;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Tests.Cli;

/// <summary>How a run of the command line ended.</summary>
internal sealed record CliResult(int Code, string Out, string Error);

/// <summary>One run of the command line in this process.</summary>
internal sealed class CliRun
{
    public bool IsTerminal { get; init; }

    public Dictionary<string, string> Variables { get; init; } = [];

    public Machine Machine { get; init; } = FakeMachine.Bare();

    public Func<DaemonOptions, CancellationToken, Task<int>> Daemon { get; init; } = (_, _) => Task.FromResult(0);

    public static Task<CliResult> Of(params string[] args) => new CliRun().RunAsync(args);

    public async Task<CliResult> RunAsync(string[] args, CancellationToken cancellation = default)
    {
        using var recording = new RecordingTerminal(IsTerminal);
        foreach (var (name, value) in Variables) recording.Variables[name] = value;
        var code = await new CommandLine(recording.Terminal, Machine, (options, token) => Daemon(options, token))
            .RunAsync(args, cancellation);
        return new CliResult(code, recording.Out, recording.Error);
    }
}
