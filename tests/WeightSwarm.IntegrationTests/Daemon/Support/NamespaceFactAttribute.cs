namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>A test that makes network namespaces, which only root may; for anybody else it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "only root may make network namespaces: run the tests as root";
    }
}
