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
            Site = $"site {node}",
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

    /// <summary>A fetch of a slice that is half done.</summary>
    public static Record Claim(NetworkId network, WideKey key, int model, ulong seq, long issuedMs)
    {
        byte[] subject = [.. Hash256.Of(BitConverter.GetBytes(model)).ToArray(), 0, 0, 0, (byte)model];
        var body = new V1.Claim
        {
            Score = SplitMix64.Mix(seq),
            ProgressPercent = 50,
            ClaimedMs = (ulong)issuedMs,
            Parts = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xF0, 8)]),
        };
        return EnvelopeCodec.Write(
            key, network, RecordKind.Claim, subject, body, seq, issuedMs, Pace.Real.U2.ClaimTtlMs);
    }

    /// <summary>What a monitor says of a node that came back.</summary>
    public static Record Observation(NetworkId network, WideKey key, WideKey subject, ulong seq, long issuedMs) =>
        EnvelopeCodec.Write(
            key, network, RecordKind.Observation, subject.Id.Hash.ToArray(),
            new V1.Observation { SinceMs = (ulong)issuedMs }, seq, issuedMs, Pace.Real.LeaseTtlMs);

    /// <summary>What an auditor passed in a day and a half: so many copies.</summary>
    public static Record AuditReport(NetworkId network, WideKey key, int copies, ulong seq, long issuedMs)
    {
        var body = new V1.AuditReport();
        for (var copy = 0; copy < copies; copy++)
            body.Passes.Add(new V1.AuditPass
            {
                Copy = SplitMix64.Mix(seq + (ulong)copy),
                Slices = ByteString.CopyFrom([1]),
                Ago = (uint)(copy % 12),
            });
        return EnvelopeCodec.Write(
            key, network, RecordKind.AuditReport, [], body, seq, issuedMs, Pace.Real.LeaseTtlMs);
    }
}
