using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>The only place where bodies of records become values and values become bodies.</summary>
public static class RecordBodies
{
    private const int LongestText = 256;
    private const int MostSlices = 4096;

    /// <summary>Whether the body and the subject are what the kind asks for. Unknown kinds always are.</summary>
    public static bool IsWellFormed(Record record)
    {
        try
        {
            return record.Kind switch
            {
                RecordKind.Charter => record.Subject.IsEmpty && IsSound(V1.Charter.Parser.ParseFrom(record.Body)),
                RecordKind.Entry =>
                    record.Subject.Length == 32 && IsSound(V1.Entry.Parser.ParseFrom(record.Body), record),
                RecordKind.Node => record.Subject.IsEmpty && IsSound(V1.Node.Parser.ParseFrom(record.Body)),
                RecordKind.Holding => record.Subject.Length == 32 && IsSound(V1.Holding.Parser.ParseFrom(record.Body)),
                RecordKind.Claim => record.Subject.Length == 36 && V1.Claim.Parser.ParseFrom(record.Body) is not null,
                RecordKind.ReleaseIntent => record.Subject.Length == 36 &&
                    IsSound(V1.ReleaseIntent.Parser.ParseFrom(record.Body)),
                RecordKind.Observation => record.Subject.Length == 32 &&
                    V1.Observation.Parser.ParseFrom(record.Body) is not null,
                _ => true,
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <summary>The charter of a well-formed charter record.</summary>
    public static Charter Charter(Record record)
    {
        var body = V1.Charter.Parser.ParseFrom(record.Body);
        var curators = body.Curators.Select(c => new Curator(NodeId.Of(c.Key.Span), (long)c.ExpiresMs, c.Scope));
        return new Charter(body.Name, [.. curators], Policy(body.Policy));
    }

    /// <summary>The body of a charter.</summary>
    public static V1.Charter Charter(string name, Policy policy) => new()
    {
        Name = name,
        Policy = new V1.Policy
        {
            Copies = (uint)policy.Copies,
            Pace = policy.Pace == Pace.Drill ? V1.PaceName.Drill : V1.PaceName.Real,
            Domains = (V1.DomainRule)policy.Domains,
            SliceBytes = (ulong)policy.SliceBytes,
        },
    };

    /// <summary>The entry of a well-formed entry record.</summary>
    public static Entry Entry(Record record)
    {
        var body = V1.Entry.Parser.ParseFrom(record.Body);
        return new Entry
        {
            ModelId = new Hash256(body.InfoHashV2.Span),
            Model = body.Model,
            Revision = body.Revision,
            InfoHashV1 = [.. body.InfoHashV1.Span],
            ManifestHash = new Hash256(body.ManifestHash.Span),
            MetainfoHash = new Hash256(body.MetainfoHash.Span),
            MetainfoBytes = (long)body.MetainfoBytes,
            PieceLength = (long)body.PieceLength,
            Pieces = (int)body.Pieces,
            PiecesPerSlice = (int)body.PiecesPerSlice,
            Bytes = (long)body.Bytes,
            Files = (int)body.Files,
            Licence = body.Licence,
            Source = body.Source,
            Origin = body.Origin,
            Copies = (int)body.Copies,
            Active = body.State == V1.EntryState.Active,
            SliceLeaves = [.. body.SliceLeaves.Select(leaves => (int)leaves)],
            Facts = body.Facts is null ? null : FactsBodies.Facts(body.Facts),
        };
    }

    /// <summary>The body of an entry.</summary>
    public static V1.Entry Entry(Entry entry)
    {
        var body = new V1.Entry
        {
            Model = entry.Model,
            Revision = entry.Revision,
            InfoHashV1 = ByteString.CopyFrom(entry.InfoHashV1.AsSpan()),
            InfoHashV2 = ByteString.CopyFrom(entry.ModelId.ToArray()),
            ManifestHash = ByteString.CopyFrom(entry.ManifestHash.ToArray()),
            MetainfoHash = ByteString.CopyFrom(entry.MetainfoHash.ToArray()),
            MetainfoBytes = (ulong)entry.MetainfoBytes,
            PieceLength = (ulong)entry.PieceLength,
            Pieces = (uint)entry.Pieces,
            PiecesPerSlice = (uint)entry.PiecesPerSlice,
            Bytes = (ulong)entry.Bytes,
            Files = (uint)entry.Files,
            Licence = entry.Licence,
            Source = entry.Source,
            Origin = entry.Origin,
            Copies = (uint)entry.Copies,
            State = entry.Active ? V1.EntryState.Active : V1.EntryState.Withdrawn,
            Facts = entry.Facts is null ? null : FactsBodies.Facts(entry.Facts),
        };
        body.SliceLeaves.AddRange(entry.SliceLeaves.Select(leaves => (uint)leaves));
        return body;
    }

    /// <summary>The body of a node record.</summary>
    public static V1.Node Node(Record record) => V1.Node.Parser.ParseFrom(record.Body);

    /// <summary>The body of a holding.</summary>
    public static V1.Holding Holding(Record record) => V1.Holding.Parser.ParseFrom(record.Body);

    /// <summary>The body of a claim.</summary>
    public static V1.Claim Claim(Record record) => V1.Claim.Parser.ParseFrom(record.Body);

    /// <summary>The body of a release intent.</summary>
    public static V1.ReleaseIntent ReleaseIntent(Record record) => V1.ReleaseIntent.Parser.ParseFrom(record.Body);

    /// <summary>The body of an observation.</summary>
    public static V1.Observation Observation(Record record) => V1.Observation.Parser.ParseFrom(record.Body);

    /// <summary>The model that a holding, claim or release intent is about.</summary>
    public static Hash256 ModelOf(Record record) => new(record.Subject[..32]);

    /// <summary>The slice that a claim or release intent is about.</summary>
    public static int SliceOf(Record record) =>
        (int)(BinaryPrimitives.ReadUInt32BigEndian(record.Subject[32..]) & int.MaxValue);

    /// <summary>The subject of claims and release intents.</summary>
    public static byte[] SliceSubject(Hash256 model, int slice)
    {
        var subject = new byte[36];
        model.CopyTo(subject);
        BinaryPrimitives.WriteUInt32BigEndian(subject.AsSpan(32), (uint)slice);
        return subject;
    }

    private static Policy Policy(V1.Policy body) => new(
        (int)body.Copies, body.Pace == V1.PaceName.Drill ? Pace.Drill : Pace.Real,
        body.Domains == V1.DomainRule.Node ? DomainRule.Node : DomainRule.Subnet, (long)body.SliceBytes);

    private static bool IsSound(V1.Charter body) =>
        body.Name.Length is > 0 and <= LongestText && body.Curators.Count <= 1024 &&
        body.Policy is { Copies: >= 1 and <= 64, SliceBytes: >= 1 << 20 and <= 1UL << 40 };

    private static bool IsSound(V1.Entry body, Record record) =>
        body.Model.Length is > 0 and <= LongestText && body.Revision.Length is > 0 and <= LongestText &&
        body.Licence.Length <= LongestText && body.Source.Length <= LongestText &&
        body.Origin.Length <= Origin.LongestText && body.Origin.All(c => c is > ' ' and <= '~') &&
        body.InfoHashV1.Length == 20 && body.ManifestHash.Length == 32 && body.MetainfoHash.Length == 32 &&
        record.Subject.SequenceEqual(body.InfoHashV2.Span) && IsSoundGeometry(body) &&
        (body.Facts is null || FactsBodies.IsSound(body.Facts));

    private static bool IsSoundGeometry(V1.Entry body) =>
        body.PieceLength is >= 16 << 10 and <= 256 << 20 && ulong.IsPow2(body.PieceLength) &&
        body.Pieces is >= 1 and <= 1 << 24 && body.PiecesPerSlice is >= 1 and <= 1 << 24 &&
        body.SliceLeaves.Count is >= 1 and <= MostSlices &&
        body.SliceLeaves.Count == (body.Pieces + body.PiecesPerSlice - 1) / body.PiecesPerSlice &&
        body.SliceLeaves.All(l => l <= int.MaxValue && l <= body.PiecesPerSlice * body.PieceLength >> 14) &&
        body.Bytes is >= 1 and <= 1UL << 50 && body.Files is >= 1 and <= 200_000 && body.Copies <= 64 &&
        body.MetainfoBytes is >= 1 and <= 64 << 20;

    private static bool IsSound(V1.Node body) =>
        body.Endpoints.Count <= 4 && body.Endpoints.All(IsSound) && body.Operator.Length <= LongestText &&
        body.Site.Length <= LongestText && body.Version.Length <= LongestText &&
        body.DonatedBytes <= 1UL << 60 && body.FreeBytes <= 1UL << 60;

    private static bool IsSound(V1.Endpoint endpoint) =>
        endpoint.Ip.Length is 4 or 16 && endpoint.GossipPort <= 65535 && endpoint.TorrentPort <= 65535;

    private static bool IsSound(V1.Holding body) =>
        body.Verified.Length <= MostSlices / 8 && body.Releasing.Length <= MostSlices / 8 &&
        body.Trash.Length <= MostSlices / 8 && body.Away.Length <= MostSlices / 8 && body.AwaySinceMs < 1UL << 53;

    private static bool IsSound(V1.ReleaseIntent body) =>
        body.TicketMs < 1UL << 53 && body.Reason.Length <= LongestText;
}
