using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>version</c>: this program's; <c>status</c> tells the daemon's.</summary>
internal static class VersionCommand
{
    internal sealed record Options;

    public static Command Create(CommandLine commandLine)
    {
        var command = new Command("version", "Print the version of this program");
        commandLine.Bind(command, _ => new Options(), RunAsync);
        return command;
    }

    public static Task<ExitCode> RunAsync(Options options, Session session)
    {
        // "0.1.0+commit", where the build knew its commit.
        var parts = typeof(VersionCommand).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
        session.Print("version",
            json =>
            {
                json.WriteString("version", parts[0]);
                json.WriteString("commit", parts.ElementAtOrDefault(1));
                json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
                json.WriteString("platform", RuntimeInformation.RuntimeIdentifier);
            },
            text => text.Line($"weightswarm {parts[0]}"));
        return Task.FromResult(ExitCode.Ok);
    }
}
