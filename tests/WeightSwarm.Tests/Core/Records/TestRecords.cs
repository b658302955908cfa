using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>Records of known keys at a known time, signed by the simulator's cheap keys.</summary>
internal static class TestRecords
{
    public const long Minute = 60_000, Hour = 60 * Minute, Day = 24 * Hour;

    public static SimKey Founder { get; } = new(7, -1);
    public static SimKey Alice { get; } = new(7, 1);
    public static SimKey Bob { get; } = new(7, 2);
    public static NetworkId Network { get; } = new(Founder.Id.Hash);
    public static Instant Now { get; } = new(5_000_000, 1_800_000_000_000);

    public static Record NodeRecord(SimKey key, ulong seq, long issuedMs, long ttlMs = 72 * Hour, ulong free = 1) =>
        EnvelopeCodec.Write(
        key, Network, RecordKind.Node, [], new V1.Node { FreeBytes = free }, seq, issuedMs, ttlMs);

    public static Record Of(
        SimKey key, RecordKind kind, byte[] subject, IMessage body, long ttlMs = Hour, ulong seq = 1,
        long? issuedMs = null) =>
        EnvelopeCodec.Write(key, Network, kind, subject, body, seq, issuedMs ?? Now.UnixMs, ttlMs);

    public static Record Charter(SimKey key, Policy policy, params Curator[] curators) =>
        Charter(key, 1, policy, curators);

    public static Record Charter(SimKey key, ulong seq, Policy policy, params Curator[] curators) => Of(
        key, RecordKind.Charter, [], RecordBodies.Charter(new Charter("test", [.. curators], policy)), 400 * Day, seq);

    public static Curator Curator(SimKey key, string scope, long expiresMs = 0, long budget = 0) =>
        new([.. key.PublicKey], expiresMs, scope, budget);

    public static Record Entry(SimKey key, string model) =>
        Of(key, RecordKind.Entry, Hash256.Of("model"u8).ToArray(), RecordBodies.Entry(EntryValue(model)), 400 * Day);

    public static Entry EntryValue(string model) => new()
    {
        ModelId = Hash256.Of("model"u8),
        Model = model,
        Revision = "1",
        InfoHashV1 = [.. new byte[20]],
        ManifestHash = Hash256.Of("manifest"u8),
        MetainfoHash = Hash256.Of("metainfo"u8),
        MetainfoBytes = 1000,
        PieceLength = 1 << 20,
        Pieces = 16,
        PiecesPerSlice = 4,
        Bytes = 16 << 20,
        Files = 1,
        Licence = "MIT",
        SliceLeaves = [256, 256, 256, 256],
    };
}
