using System.Diagnostics;
using WeightSwarm.Cli.Service;

namespace WeightSwarm.IntegrationTests.Cli;

/// <summary>What systemd itself says of the unit.</summary>
public class ServiceUnitTests
{
    [Fact]
    public async Task Unit_PassesSystemdsVerification()
    {
        var (code, output) = await VerifyAsync(unit => unit);
        Assert.True(code == 0 && output.Length == 0, $"systemd-analyze verify ended with {code}: {output}");
    }

    [Fact]
    public async Task Verification_OfABrokenUnit_Complains()
    {
        var (_, output) = await VerifyAsync(
            unit => unit.Replace("WatchdogSec=120", "WatchdogSec=soon", StringComparison.Ordinal));
        Assert.Contains("soon", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> VerifyAsync(Func<string, string> change)
    {
        var folder = Directory.CreateTempSubdirectory("weightswarm-unit-").FullName;
        try
        {
            // The program must exist and be executable; nothing runs it.
            var path = Path.Combine(folder, ServiceUnit.Name);
            var unit = ServiceUnit.Render("/bin/true", "/opt/dot net", ["/mnt/a disk 100%", "/srv/weights"]);
            await File.WriteAllTextAsync(path, change(unit));
            return await RunAsync("systemd-analyze", "verify", "--man=no", path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output + await error).Trim());
    }
}
