using System.Reflection;

namespace WeightSwarm.Node.Hosting;

/// <summary>The version of this build.</summary>
public static class DaemonVersion
{
    /// <summary>For example "0.1.0".</summary>
    public static string Text { get; } =
        typeof(DaemonVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0] ?? "0.0.0";
}
