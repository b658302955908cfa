namespace WeightSwarm.Core.Catalogue;

/// <summary>What makes two copies independent.</summary>
public enum DomainRule
{
    /// <summary>One counted copy per operator, site and network (/24 or /48).</summary>
    Subnet = 0,
    /// <summary>One counted copy per node: private networks and loopback.</summary>
    Node = 1,
}

/// <summary>The rules that the charter sets for every node of a network.</summary>
/// <param name="Copies">Wanted copies of every slice, 1 to 64.</param>
/// <param name="Pace">All timers.</param>
/// <param name="Domains">What makes two copies independent.</param>
/// <param name="SliceBytes">Target size of a slice in bytes, 1 MiB to 1 TiB.</param>
public sealed record Policy(int Copies, Pace Pace, DomainRule Domains, long SliceBytes)
{
    /// <summary>Five copies, real pace, one copy per subnet, slices of 1 GiB.</summary>
    public static Policy Default { get; } = new(5, Pace.Real, DomainRule.Subnet, 1L << 30);
}
