using System.CommandLine;
using WeightSwarm.Cli.Service;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>service install|uninstall|status</c>: the daemon as a system service.</summary>
internal static class ServiceCommand
{
    /// <param name="Folders">Absolute paths that the daemon may write to beside its state.</param>
    /// <param name="DryRun">Print the unit, and change nothing.</param>
    internal sealed record InstallOptions(IReadOnlyList<string> Folders, bool DryRun);

    internal sealed record UninstallOptions;

    internal sealed record StatusOptions;

    public static Command Create(CommandLine commandLine, Machine machine) =>
        new("service", "Run the daemon as a system service")
        {
            CreateInstall(commandLine, machine),
            CreateUninstall(commandLine, machine),
            CreateStatus(commandLine, machine),
        };

    public static async Task<ExitCode> InstallAsync(InstallOptions options, Session session, Machine machine)
    {
        RefuseStateOption(session);
        var installer = Installer(session, machine);
        if (options.DryRun)
        {
            var unit = installer.Unit(options.Folders);
            session.Print("service", json => json.WriteString("unit", unit), _ => session.Terminal.Out.Write(unit));
            return ExitCode.Ok;
        }
        await installer.InstallAsync(options.Folders);
        return await PrintStatusAsync(session, machine, installer);
    }

    public static async Task<ExitCode> UninstallAsync(UninstallOptions options, Session session, Machine machine)
    {
        RefuseStateOption(session);
        var installer = Installer(session, machine);
        await installer.UninstallAsync();
        return await PrintStatusAsync(session, machine, installer);
    }

    public static Task<ExitCode> StatusAsync(StatusOptions options, Session session, Machine machine)
    {
        RefuseStateOption(session);
        return PrintStatusAsync(session, machine, Installer(session, machine));
    }

    private static Command CreateInstall(CommandLine commandLine, Machine machine)
    {
        var folders = new Option<string[]>("--folder")
        {
            Description = "A folder that the daemon may write to, for a donation on another volume; may be repeated",
            HelpName = "PATH",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the systemd unit, and change nothing" };
        var command = new Command("install", "Install and start the service (needs root)") { folders, dryRun };
        commandLine.Bind(command, parsed => new InstallOptions(
            [.. (parsed.GetValue(folders) ?? []).Select(Path.GetFullPath)], parsed.GetValue(dryRun)),
            (options, session) => InstallAsync(options, session, machine));
        return command;
    }

    private static Command CreateUninstall(CommandLine commandLine, Machine machine)
    {
        var command = new Command("uninstall", "Stop and remove the service; state and donated data stay (needs root)");
        commandLine.Bind(command, _ => new UninstallOptions(),
            (options, session) => UninstallAsync(options, session, machine));
        return command;
    }

    private static Command CreateStatus(CommandLine commandLine, Machine machine)
    {
        var command = new Command("status", "Show whether the service is installed, enabled and running");
        commandLine.Bind(command, _ => new StatusOptions(),
            (options, session) => StatusAsync(options, session, machine));
        return command;
    }

    private static ServiceInstaller Installer(Session session, Machine machine) =>
        new(machine, session.Say, session.Cancellation);

    private static void RefuseStateOption(Session session)
    {
        if (session.StateOption is null) return;
        throw new CliException(ExitCode.Usage, "usage",
            $"the service keeps its state in {ServiceUnit.StateFolder}, and --state '{session.StateOption}' does not "
            + "change that: leave --state out");
    }

    private static async Task<ExitCode> PrintStatusAsync(Session session, Machine machine, ServiceInstaller installer)
    {
        var installed = File.Exists(machine.At(ServiceInstaller.UnitPath));
        var (active, enabled) = (await installer.AskAsync("is-active"), await installer.AskAsync("is-enabled"));
        session.Print("service",
            json =>
            {
                json.WriteBoolean("installed", installed);
                json.WriteString("unit_path", ServiceInstaller.UnitPath);
                json.WriteString("user", ServiceInstaller.User);
                json.WriteString("state_folder", ServiceUnit.StateFolder);
                json.WriteString("active", active);
                json.WriteString("enabled", enabled);
            },
            text =>
            {
                text.Fact("Unit", $"{ServiceInstaller.UnitPath}{(installed ? "" : " is not installed")}");
                text.Fact("Service", $"{active}, {enabled}");
                text.Fact("Runs", $"as user {ServiceInstaller.User}, with its state in {ServiceUnit.StateFolder}");
            });
        return ExitCode.Ok;
    }
}
