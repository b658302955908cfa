using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>A fact that needs machines of its own, and a network between them that this process makes.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WanFactAttribute : NamespaceFactAttribute
{
    private const string Tun = "/dev/net/tun";

    public WanFactAttribute()
    {
        if (!File.Exists(Tun))
            Skip ??= $"there is no {Tun}, through which packets are delayed and lost: load the kernel's module tun";
    }
}
