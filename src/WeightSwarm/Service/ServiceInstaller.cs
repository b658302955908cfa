namespace WeightSwarm.Cli.Service;

/// <summary>Installs the system service, and takes it off again. Never touches state or donated data.</summary>
internal sealed class ServiceInstaller(Machine machine, Action<string> say, CancellationToken cancellation)
{
    /// <summary>The system user and group that the daemon runs as.</summary>
    public const string User = "weightswarm";

    /// <summary>Where the unit is written: the administrator's folder, which wins over that of packages.</summary>
    public const string UnitPath = "/etc/systemd/system/" + ServiceUnit.Name;

    private const string InstalledFolder = "/usr/local/lib/weightswarm";
    private const string Link = "/usr/local/bin/weightswarm";
    private const string PackagedFolder = "/usr/lib/weightswarm";

    // Where .NET's launcher looks by itself.
    private static readonly string[] _knownDotnetFolders = ["/usr/share/dotnet", "/usr/lib/dotnet"];

    // What ProtectHome= in the unit hides.
    private static readonly string[] _privateFolders = ["/root", "/home", "/run/user"];

    /// <summary>The unit as <see cref="InstallAsync"/> writes it.</summary>
    public string Unit(IReadOnlyCollection<string> writable) =>
        ServiceUnit.Render(Path.Combine(TargetFolder, "weightswarm"), DotnetRoot, writable);

    /// <summary>Copies the program, makes the user and the folders, writes the unit, and starts it.</summary>
    /// <param name="writable">Absolute paths of folders that the daemon may write to, for donations.</param>
    public async Task InstallAsync(IReadOnlyCollection<string> writable)
    {
        NeedRoot("install");
        NeedReachableDotnet();
        var unit = Unit(writable);
        CopyProgram();
        await MakeUserAsync();
        foreach (var folder in writable.Prepend(ServiceUnit.StateFolder)) await MakeFolderAsync(folder);
        Directory.CreateDirectory(machine.At(Path.GetDirectoryName(UnitPath)!));
        await File.WriteAllTextAsync(machine.At(UnitPath), unit, cancellation);
        say($"wrote {UnitPath}");
        await SystemctlAsync("daemon-reload");
        await SystemctlAsync("enable", ServiceUnit.Name);
        // Restart, and not start: installing over a running service puts the new program to work.
        await SystemctlAsync("restart", ServiceUnit.Name);
    }

    /// <summary>Stops the service and removes unit and program; state, donated folders and the user stay.</summary>
    public async Task UninstallAsync()
    {
        NeedRoot("uninstall");
        if (File.Exists(machine.At(UnitPath)))
        {
            await SystemctlAsync("disable", "--now", ServiceUnit.Name);
            File.Delete(machine.At(UnitPath));
            say($"removed {UnitPath}");
            await SystemctlAsync("daemon-reload");
        }
        // A link that leads elsewhere is somebody else's.
        var link = new FileInfo(machine.At(Link));
        var isOurs = link.LinkTarget?.StartsWith(machine.At(InstalledFolder + "/"), StringComparison.Ordinal) == true;
        if (isOurs) link.Delete();
        if (Directory.Exists(machine.At(InstalledFolder)))
        {
            Directory.Delete(machine.At(InstalledFolder), recursive: true);
            say($"removed {InstalledFolder}");
        }
        say($"kept {ServiceUnit.StateFolder}, every donated folder and the user '{User}'");
    }

    /// <summary>systemd's word on the unit, as <c>is-active</c> has it; <c>unknown</c> without systemd.</summary>
    public async Task<string> AskAsync(string question)
    {
        if (!machine.HasSystemd) return "unknown";
        var answer = await machine.Run("systemctl", [question, ServiceUnit.Name], cancellation);
        return answer.Output.Length == 0 ? "unknown" : answer.Output.Split('\n')[0];
    }

    private bool IsInPlace => machine.ProgramFolder is InstalledFolder or PackagedFolder;

    private string TargetFolder => IsInPlace ? machine.ProgramFolder : InstalledFolder;

    private string? DotnetRoot => _knownDotnetFolders.Contains(machine.DotnetFolder) ? null : machine.DotnetFolder;

    private void NeedRoot(string verb)
    {
        if (machine.IsRoot) return;
        throw new CliException(ExitCode.Refused, "needs-root",
            $"'service {verb}' changes the system and needs root: run 'sudo weightswarm service {verb}'");
    }

    private void NeedReachableDotnet()
    {
        if (!_privateFolders.Any(folder => machine.DotnetFolder.StartsWith(folder + "/", StringComparison.Ordinal)))
            return;
        throw new CliException(ExitCode.Refused, "dotnet-not-reachable",
            $"the .NET runtime lies in '{machine.DotnetFolder}', which the service's user may not read: "
            + "install the ASP.NET Core runtime for the whole system, as in /usr/share/dotnet");
    }

    private void CopyProgram()
    {
        if (IsInPlace) return;
        var target = machine.At(InstalledFolder);
        // A running program keeps the files that it has open when they are replaced by others of the same name.
        var fresh = target + ".new";
        if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        CopyFolder(machine.ProgramFolder, fresh);
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.Move(fresh, target);
        Directory.CreateDirectory(machine.At(Path.GetDirectoryName(Link)!));
        File.Delete(machine.At(Link));
        File.CreateSymbolicLink(machine.At(Link), Path.Combine(target, "weightswarm"));
        say($"copied the program to {InstalledFolder}, with a link at {Link}");
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
            CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    private async Task MakeUserAsync()
    {
        if ((await machine.Run("getent", ["passwd", User], cancellation)).Code == 0) return;
        await RunAsync("useradd", "--system", "--user-group", "--no-create-home",
            "--home-dir", ServiceUnit.StateFolder, "--shell", "/usr/sbin/nologin", User);
        say($"made the system user '{User}'; members of its group may use the daemon");
    }

    // Owner and mode of a folder that exists are set again; what is in it stays as it is.
    private Task MakeFolderAsync(string folder) =>
        RunAsync("install", "-d", "-o", User, "-g", User, "-m", "0750", machine.At(folder));

    private async Task SystemctlAsync(params string[] arguments)
    {
        if (!machine.HasSystemd)
        {
            say($"skipped 'systemctl {string.Join(' ', arguments)}': systemd does not run this machine");
            return;
        }
        await RunAsync("systemctl", arguments);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var result = await machine.Run(program, arguments, cancellation);
        if (result.Code == 0) return;
        throw new CliException(ExitCode.Failure, "program-failed",
            $"'{program} {string.Join(' ', arguments)}' ended with {result.Code}: {result.Output}");
    }
}
