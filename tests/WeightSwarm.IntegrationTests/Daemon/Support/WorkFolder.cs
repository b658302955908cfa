namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>A temporary folder with a short path (a control socket's is at most 107 bytes); removed at the
/// end.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("wsw-").FullName;

    /// <summary>A path inside, which need not exist.</summary>
    public string At(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
