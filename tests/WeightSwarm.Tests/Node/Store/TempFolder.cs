namespace WeightSwarm.Tests.Node.Store;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("weightswarm-test-").FullName;

    internal string At(params string[] names) => Path.Combine([Root, .. names]);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>A clock that stands where the test puts it.</summary>
internal sealed class StandingTime(long unixMs) : TimeProvider
{
    internal long UnixMs { get; set; } = unixMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs);
}
