using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>What both stages have alike.</summary>
internal static class TwinSetting
{
    public const int Copies = 3, Slices = 4, FloodBytesPerSecond = 1_000_000;
    public const long SliceBytes = 1 << 20, DonatedBytes = 64 << 20;

    /// <summary>One way, ms; by up to a quarter of it a packet is later.</summary>
    public static int LatencyMs(int a, int b)
    {
        var (low, high) = a < b ? (a, b) : (b, a);
        return 20 + (int)(SplitMix64.Mix((ulong)(low * 100 + high)) % 41);
    }

    public static Policy Policy { get; } = new(Copies, Pace.Drill, DomainRule.Node, SliceBytes);
}

/// <summary>How good the links of a stage are.</summary>
/// <param name="LostPerThousand">Packets that are lost.</param>
/// <param name="StreamBytesPerSecond">
/// What one TCP stream gets over these links: 1.22 segments of 1,448 bytes a round trip, over the root of the loss
/// (Mathis and others, 1997). What the simulator gives each end of a transfer.
/// </param>
internal sealed record TwinLinks(int LostPerThousand, long StreamBytesPerSecond)
{
    /// <summary>For gossip that must do with little.</summary>
    public static TwinLinks Bad { get; } = new(10, 220_000);

    /// <summary>For plays of copies, which would only wait for their bytes.</summary>
    public static TwinLinks Fair { get; } = new(1, 700_000);
}
