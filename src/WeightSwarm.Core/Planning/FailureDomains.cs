using System.Collections.Immutable;

namespace WeightSwarm.Core.Planning;

/// <summary>What a node shares with others so that both may fail together.</summary>
public static class FailureDomains
{
    /// <summary>"operator acme", "site attic", "subnet 203.0.113.0/24"; none under the rule "node".</summary>
    public static ImmutableArray<string> Of(NodeView node)
    {
        var domains = ImmutableArray.CreateBuilder<string>(2 + node.Subnets.Length);
        if (node.Operator.Length > 0) domains.Add($"operator {node.Operator}");
        if (node.Site.Length > 0) domains.Add($"site {node.Site}");
        foreach (var subnet in node.Subnets) domains.Add($"subnet {WithoutFamily(subnet)}");
        return domains.DrainToImmutable();
    }

    private static string WithoutFamily(string subnet) =>
        subnet.StartsWith("v4:", StringComparison.Ordinal) || subnet.StartsWith("v6:", StringComparison.Ordinal)
            ? subnet[3..] : subnet;
}
