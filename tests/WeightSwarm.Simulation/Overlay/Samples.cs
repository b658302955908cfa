using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>Records as a node writes them, for sets of any size.</summary>
internal static class Samples
{
    public static Record NodeRecord(
        NetworkId network, WideKey key, int node, ulong seq, long issuedMs, IEnumerable<uint>? buckets = null)
    {
        var address = OverlayNet.AddressOf(node);
        var body = new V1.Node
        {
            DonatedBytes = 1UL << 40,
            FreeBytes = 1UL << 39,
            Operator = $"operator {node}",
            Site = "a site",
            Version = "1.0",
            StartedMs = SimWorld.EpochUnixMs,
            Endpoints =
            {
                new V1.Endpoint
                {
                    Ip = ByteString.CopyFrom(address.Address.GetAddressBytes()),
                    GossipPort = (uint)address.Port,
                    TorrentPort = 7001,
                },
            },
        };
        body.Buckets.AddRange(buckets ?? []);
        return EnvelopeCodec.Write(key, network, RecordKind.Node, [], body, seq, issuedMs, Pace.Real.LeaseTtlMs);
    }

    /// <summary>The holding of a node that keeps some slices of a model of 256.</summary>
    public static Record Holding(NetworkId network, WideKey key, int model, ulong seq, long issuedMs)
    {
        var verified = new byte[32];
        for (var at = 0; at < verified.Length; at++) verified[at] = (byte)SplitMix64.Mix(seq + (ulong)at);
        var subject = Hash256.Of(BitConverter.GetBytes(model)).ToArray();
        var body = new V1.Holding { Verified = ByteString.CopyFrom(verified), LastScrubDay = 20_000 };
        return EnvelopeCodec.Write(
            key, network, RecordKind.Holding, subject, body, seq, issuedMs, Pace.Real.LeaseTtlMs);
    }
}
