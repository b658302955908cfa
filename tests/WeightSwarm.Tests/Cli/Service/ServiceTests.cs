using WeightSwarm.Cli.Service;

namespace WeightSwarm.Tests.Cli.Service;

public class ServiceTests
{
    private const string UnitPath = "/etc/systemd/system/weightswarm.service";

    [Fact]
    public async Task Install_OnAFreshMachine_CopiesTheProgramAndStartsTheUnit()
    {
        using var machine = new FakeMachine { Results = { ["getent"] = new ProgramResult(2, "") } };
        var result = await Run(machine, "install", "--folder", "/mnt/disk one");
        Assert.True(result.Code == 0, result.Error);
        Assert.Equal(
        [
            "getent passwd weightswarm",
            "useradd --system --user-group --no-create-home --home-dir /var/lib/weightswarm "
                + "--shell /usr/sbin/nologin weightswarm",
            "install -d -o weightswarm -g weightswarm -m 0750 /var/lib/weightswarm",
            "install -d -o weightswarm -g weightswarm -m 0750 /mnt/disk one",
            "systemctl daemon-reload",
            "systemctl enable weightswarm.service",
            "systemctl restart weightswarm.service",
            "systemctl is-active weightswarm.service",
            "systemctl is-enabled weightswarm.service",
        ], machine.Runs);
        Assert.Equal("native", File.ReadAllText(machine.Root + "/usr/local/lib/weightswarm/runtimes/native.so"));
        Assert.Equal("program", File.ReadAllText(machine.Root + "/usr/local/bin/weightswarm"));
        var unit = File.ReadAllLines(machine.Root + UnitPath);
        Assert.Contains("ExecStart=/usr/local/lib/weightswarm/weightswarm --state /var/lib/weightswarm daemon", unit);
        Assert.Contains("ReadWritePaths=\"/mnt/disk one\"", unit);
    }

    [Fact]
    public async Task Install_Twice_LeavesTheUserAndReplacesTheProgram()
    {
        using var machine = new FakeMachine();
        Assert.Equal(0, (await Run(machine, "install")).Code);
        File.WriteAllText(machine.Root + "/built/weightswarm", "newer program");
        Assert.Equal(0, (await Run(machine, "install")).Code);
        Assert.DoesNotContain(machine.Runs, line => line.StartsWith("useradd", StringComparison.Ordinal));
        Assert.Equal("newer program", File.ReadAllText(machine.Root + "/usr/local/bin/weightswarm"));
    }

    [Fact]
    public async Task Install_WhereSystemdDoesNotRun_SkipsItAndSaysSo()
    {
        using var machine = new FakeMachine(hasSystemd: false);
        var result = await Run(machine, "install");
        Assert.Equal(0, result.Code);
        Assert.DoesNotContain(machine.Runs, line => line.StartsWith("systemctl", StringComparison.Ordinal));
        Assert.Contains("skipped 'systemctl enable weightswarm.service'", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(machine.Root + UnitPath));
    }

    [Fact]
    public async Task Install_OfAPackagedProgram_CopiesNothing()
    {
        using var machine = new FakeMachine(programFolder: "/usr/lib/weightswarm");
        Assert.Equal(0, (await Run(machine, "install")).Code);
        Assert.False(Directory.Exists(machine.Root + "/usr/local"));
        Assert.Contains(
            "ExecStart=/usr/lib/weightswarm/weightswarm --state /var/lib/weightswarm daemon",
            File.ReadAllLines(machine.Root + UnitPath));
    }

    [Theory]
    [InlineData("install")]
    [InlineData("uninstall")]
    public async Task Changes_WithoutRoot_AreRefused(string verb)
    {
        using var machine = new FakeMachine(isRoot: false);
        var result = await Run(machine, verb);
        Assert.Equal(5, result.Code);
        Assert.Contains($"run 'sudo weightswarm service {verb}'", result.Error, StringComparison.Ordinal);
        Assert.Empty(machine.Runs);
    }

    [Fact]
    public async Task Install_WithDotnetInAHomeFolder_IsRefused()
    {
        using var machine = new FakeMachine();
        var run = new CliRun { Machine = machine.Machine with { DotnetFolder = "/home/ann/.dotnet" } };
        var result = await run.RunAsync(["service", "install"]);
        Assert.Equal(5, result.Code);
        Assert.Contains("'/home/ann/.dotnet'", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(machine.Root + UnitPath));
    }

    [Fact]
    public async Task Install_WhenAProgramFails_SaysWhichAndHow()
    {
        using var machine = new FakeMachine { Results = { ["systemctl restart"] = new(1, "no such unit") } };
        var result = await Run(machine, "install");
        Assert.Equal(1, result.Code);
        Assert.Contains("'systemctl restart weightswarm.service' ended with 1: no such unit", result.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_PrintsTheUnit_AndChangesNothing()
    {
        using var machine = new FakeMachine(isRoot: false);
        var result = await Run(machine, "install", "--dry-run");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains("Type=notify\n", result.Out, StringComparison.Ordinal);
        Assert.Contains("WatchdogSec=", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("MemoryDenyWriteExecute=", result.Out, StringComparison.Ordinal);
        Assert.Empty(machine.Runs);
        Assert.False(Directory.Exists(machine.Root + "/etc"));
    }

    [Fact]
    public async Task Uninstall_RemovesUnitAndProgram_AndKeepsEveryByteOfData()
    {
        using var machine = new FakeMachine();
        await Run(machine, "install");
        var state = Directory.CreateDirectory(machine.Root + "/var/lib/weightswarm").FullName;
        File.WriteAllText(state + "/node.key", "key");
        var result = await Run(machine, "uninstall");
        Assert.Equal(0, result.Code);
        Assert.Contains("systemctl disable --now weightswarm.service", machine.Runs);
        Assert.False(File.Exists(machine.Root + UnitPath));
        Assert.False(Directory.Exists(machine.Root + "/usr/local/lib/weightswarm"));
        Assert.False(Path.Exists(machine.Root + "/usr/local/bin/weightswarm"));
        Assert.Equal("key", File.ReadAllText(state + "/node.key"));
        Assert.Contains("kept /var/lib/weightswarm", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uninstall_OfWhatIsNotInstalled_DoesNothing()
    {
        using var machine = new FakeMachine();
        Assert.Equal(0, (await Run(machine, "uninstall")).Code);
        Assert.All(machine.Runs, line => Assert.StartsWith("systemctl is-", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_PrintsWhatSystemdSays()
    {
        using var machine = new FakeMachine
        {
            Results = { ["systemctl is-active"] = new(3, "inactive"), ["systemctl is-enabled"] = new(1, "disabled") },
        };
        var result = await Run(machine, "status", "--json");
        Assert.Equal("""
            {
              "schema": "weightswarm.service/1",
              "installed": false,
              "unit_path": "/etc/systemd/system/weightswarm.service",
              "user": "weightswarm",
              "state_folder": "/var/lib/weightswarm",
              "active": "inactive",
              "enabled": "disabled"
            }

            """, result.Out);
    }

    [Fact]
    public async Task State_GivenToService_IsUsage()
    {
        using var machine = new FakeMachine();
        Assert.Equal(2, (await Run(machine, "install", "--state", "/elsewhere")).Code);
    }

    [Theory]
    [InlineData("/mnt/100%", "ReadWritePaths=/mnt/100%%")]
    [InlineData("/mnt/a\"b\\c", "ReadWritePaths=\"/mnt/a\\\"b\\\\c\"")]
    [InlineData("/mnt/$x;y", "ReadWritePaths=\"/mnt/$x;y\"")]
    public void Unit_NamesFolders_AsSystemdReadsThem(string folder, string line) =>
        Assert.Contains(line, ServiceUnit.Render("/p", null, [folder]).Split('\n'));

    [Fact]
    public void Unit_WithDotnetElsewhere_NamesIt() => Assert.Contains(
        "Environment=DOTNET_ROOT=/opt/dotnet", ServiceUnit.Render("/p", "/opt/dotnet", []).Split('\n'));

    private static Task<CliResult> Run(FakeMachine machine, params string[] args) =>
        new CliRun { Machine = machine.Machine }.RunAsync(["service", .. args]);
}
