using System.Text;

namespace WeightSwarm.Cli.Service;

/// <summary>The systemd unit: the one that packages ship, with the paths of one machine put in.</summary>
internal static class ServiceUnit
{
    public const string Name = "weightswarm.service";

    /// <summary>Where the service keeps its state; also root's default, so that root's commands find it.</summary>
    public const string StateFolder = "/var/lib/weightswarm";

    /// <summary>The unit for a machine.</summary>
    /// <param name="program">Absolute path of the program.</param>
    /// <param name="dotnet">The .NET installation to use, or null for the one that the system knows.</param>
    /// <param name="writable">Absolute paths of the folders that the daemon may write to beside its state.</param>
    public static string Render(string program, string? dotnet, IReadOnlyCollection<string> writable)
    {
        var unit = new StringBuilder();
        foreach (var line in Template().TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("ExecStart=", StringComparison.Ordinal))
                unit.Append($"ExecStart={Quoted(program)} --state {ServiceUnit.StateFolder} daemon\n");
            else
                unit.Append(line).Append('\n');
            if (dotnet is not null && line.StartsWith("Environment=", StringComparison.Ordinal))
                unit.Append($"Environment={Quoted($"DOTNET_ROOT={dotnet}")}\n");
            if (line.StartsWith("ProtectSystem=", StringComparison.Ordinal))
                foreach (var folder in writable) unit.Append($"ReadWritePaths={Quoted(folder)}\n");
        }
        return unit.ToString();
    }

    private static string Template()
    {
        using var stream = typeof(ServiceUnit).Assembly.GetManifestResourceStream(Name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    // systemd.syntax(7) and systemd.unit(5): C-style escapes within quotes, and '%' starts a specifier everywhere.
    private static string Quoted(string value)
    {
        if (value.Any(char.IsControl))
        {
            throw new CliException(ExitCode.Usage, "path-not-representable",
                $"the path '{value}' holds a control character, which a systemd unit cannot name: rename the folder");
        }
        var escaped = value.Replace("%", "%%").Replace("\\", "\\\\").Replace("\"", "\\\"");
        return escaped.Any(c => c is ' ' or '\'' or '"' or ';' or '$' or '\\') ? $"\"{escaped}\"" : escaped;
    }
}
