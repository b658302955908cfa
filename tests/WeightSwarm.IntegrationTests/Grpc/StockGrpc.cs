using System.Diagnostics;
using System.Text.Json;

namespace WeightSwarm.IntegrationTests.Grpc;

/// <summary>Runs the Python scripts beside this file on Debian's grpcio.</summary>
internal static class StockGrpc
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Starts a script with a folder for its stubs as its first argument.</summary>
    public static Process Start(string script, DirectoryInfo stubs, params string[] arguments)
    {
        if (!File.Exists(Python))
            Assert.Fail($"{Python} is missing; install the Debian packages python3-grpcio and python3-grpc-tools");
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Grpc", script));
        start.ArgumentList.Add(stubs.FullName);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        // A proxy of the machine must not see calls on loopback.
        start.Environment["no_grpc_proxy"] = "127.0.0.1,localhost";
        return Process.Start(start) ?? throw new InvalidOperationException($"{Python} does not start");
    }

    /// <summary>Runs one check of probe_client.py and gives what it printed.</summary>
    public static async Task<JsonElement> CheckAsync(string target, string check)
    {
        var stubs = Directory.CreateTempSubdirectory("probe-stubs");
        try
        {
            using var process = Start("probe_client.py", stubs, target, check);
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"probe_client.py {check} failed: {await errors}");
            return JsonDocument.Parse(output).RootElement;
        }
        finally
        {
            stubs.Delete(recursive: true);
        }
    }
}
