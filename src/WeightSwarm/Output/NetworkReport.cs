using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>A network and its policy, as <c>network</c> and <c>status</c> show them.</summary>
internal static class NetworkReport
{
    /// <summary>The object <c>network</c>, or null when the node belongs to none.</summary>
    public static void WriteFields(Utf8JsonWriter writer, NetworkInfo? network)
    {
        if (network is null)
        {
            writer.WriteNull("network");
            return;
        }
        writer.WriteStartObject("network");
        writer.WriteString("network_id", network.NetworkId);
        writer.WriteOptional("name", network.Name);
        writer.WriteNumber("copies", network.Copies);
        writer.WriteOptional("pace", network.Pace);
        writer.WriteOptional("domains", network.Domains);
        writer.WriteNumber("slice_bytes", network.SliceBytes);
        writer.WriteBoolean("founder", network.Founder);
        writer.WriteBoolean("curator", network.Curator);
        writer.WriteBoolean("charter_known", network.CharterKnown);
        writer.WriteEndObject();
    }

    public static void WriteText(TextOutput text, NetworkInfo? network)
    {
        if (network is null)
        {
            text.Fact("Network", "none: weightswarm network create NAME, or weightswarm network join INVITE");
            return;
        }
        if (!network.CharterKnown)
        {
            text.Fact("Network", $"{network.NetworkId}; its charter is not here yet");
            return;
        }
        text.Fact("Network", $"{network.Name} ({network.NetworkId}){Role(network)}");
        text.Fact("Policy", $"copies wanted: {network.Copies}, one per {network.Domains}; "
            + $"slices of {SizeText.Format(network.SliceBytes)}; pace {network.Pace}");
    }

    private static string Role(NetworkInfo network) =>
        network.Founder ? ", founded here" : network.Curator ? ", curated here" : "";
}
