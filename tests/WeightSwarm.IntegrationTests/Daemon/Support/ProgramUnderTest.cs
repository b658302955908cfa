using System.Diagnostics;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>The program as it was built beside the tests.</summary>
internal static class ProgramUnderTest
{
    /// <summary>Absolute path of the executable.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "weightswarm");

    /// <summary>A start of any program whose output is read and whose environment says nothing about us.</summary>
    public static ProcessStartInfo Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in new[] { "NOTIFY_SOCKET", "WATCHDOG_USEC", "JOURNAL_STREAM", "WEIGHTSWARM_STATE" })
            start.Environment.Remove(name);
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        return start;
    }
}
