using System.Buffers.Binary;
using Google.Protobuf;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>The only place where bodies of records become values and values become bodies.</summary>
public static class RecordBodies
{
    internal const int LongestText = 256;
    internal const int MostSlices = 4096;

    /// <summary>A charter names so many curators at most, so that it fits an envelope.</summary>
    public const int MostCurators = 64;
    private const int LongestKey = 128;

    /// <summary>Whether the body and the subject are what the kind asks for. Unknown kinds always are.</summary>
    public static bool IsWellFormed(Record record)
    {
        try
        {
            return record.Kind switch
            {
                RecordKind.Charter => record.Subject.IsEmpty && IsSound(record.Parsed(V1.Charter.Parser)),
                RecordKind.Entry => EntryBodies.IsSound(record.Parsed(V1.Entry.Parser), record.Subject),
                RecordKind.Node => record.Subject.IsEmpty && IsSound(record.Parsed(V1.Node.Parser)),
                RecordKind.Holding => record.Subject.Length == 32 && IsSound(record.Parsed(V1.Holding.Parser)),
                RecordKind.Claim => record.Subject.Length == 36 && record.Parsed(V1.Claim.Parser) is not null,
                RecordKind.ReleaseIntent => record.Subject.Length == 36 &&
                    IsSound(record.Parsed(V1.ReleaseIntent.Parser)),
                RecordKind.Observation => record.Subject.Length == 32 &&
                    record.Parsed(V1.Observation.Parser) is not null,
                // One about something is of a later version: it is carried, and not read.
                RecordKind.AuditReport => !record.Subject.IsEmpty ||
                    AuditReports.IsSound(record.Parsed(V1.AuditReport.Parser)),
                RecordKind.Proposal => IsSound(record.Parsed(V1.Proposal.Parser), record.Subject),
                RecordKind.Refusal => record.Subject.Length == 64 &&
                    IsSound(record.Parsed(V1.Refusal.Parser)),
                RecordKind.Renewal => Renewals.IsSound(record),
                _ => true,
            };
        }
        catch (Exception e) when (ProtobufFault.IsMalformed(e))
        {
            return false;
        }
    }

    /// <summary>The charter of a well-formed charter record.</summary>
    public static Charter Charter(Record record)
    {
        var body = V1.Charter.Parser.ParseFrom(record.Body);
        var curators = body.Curators.Select(
            c => new Curator([.. c.Key.Span], (long)c.ExpiresMs, c.Scope, (long)c.BudgetBytes));
        return new Charter(body.Name, [.. curators], Policy(body.Policy));
    }

    /// <summary>The body of a charter.</summary>
    public static V1.Charter Charter(string name, Policy policy) => Charter(new Charter(name, [], policy));

    /// <summary>The body of a charter.</summary>
    public static V1.Charter Charter(Charter charter)
    {
        var body = new V1.Charter
        {
            Name = charter.Name,
            Policy = new V1.Policy
            {
                Copies = (uint)charter.Policy.Copies,
                Pace = charter.Policy.Pace == Pace.Drill ? V1.PaceName.Drill : V1.PaceName.Real,
                Domains = (V1.DomainRule)charter.Policy.Domains,
                SliceBytes = (ulong)charter.Policy.SliceBytes,
            },
        };
        body.Curators.AddRange(charter.Curators.Select(c => new V1.Curator
        {
            Key = ByteString.CopyFrom(c.PublicKey.AsSpan()),
            ExpiresMs = (ulong)c.ExpiresMs,
            Scope = c.Scope,
            BudgetBytes = (ulong)c.BudgetBytes,
        }));
        return body;
    }

    /// <summary>The entry of a well-formed entry record.</summary>
    public static Entry Entry(Record record) => EntryBodies.Entry(V1.Entry.Parser.ParseFrom(record.Body));

    /// <summary>The body of an entry.</summary>
    public static V1.Entry Entry(Entry entry) => EntryBodies.Entry(entry);

    /// <summary>The proposal of a well-formed proposal record, not refused.</summary>
    public static Proposal Proposal(Record record)
    {
        var body = V1.Proposal.Parser.ParseFrom(record.Body);
        return new Proposal(
            record.Author, EntryBodies.Entry(body.Entry), body.Note, record.IssuedMs, Refusal: null);
    }

    /// <summary>The body of a proposal.</summary>
    public static V1.Proposal Proposal(Entry entry, string note) => new() { Entry = Entry(entry), Note = note };

    /// <summary>The body of a refusal.</summary>
    public static V1.Refusal Refusal(Record record) => record.Parsed(V1.Refusal.Parser);

    /// <summary>The subject of a refusal.</summary>
    public static byte[] RefusalSubject(Hash256 model, NodeId proposer) =>
        [.. model.ToArray(), .. proposer.Hash.ToArray()];

    /// <summary>Whose proposal a refusal is about.</summary>
    public static NodeId ProposerOf(Record record) => new(new Hash256(record.Subject[32..]));

    /// <summary>The body of a node record.</summary>
    public static V1.Node Node(Record record) => record.Parsed(V1.Node.Parser);

    /// <summary>The body of a holding.</summary>
    public static V1.Holding Holding(Record record) => record.Parsed(V1.Holding.Parser);

    /// <summary>The body of a claim.</summary>
    public static V1.Claim Claim(Record record) => record.Parsed(V1.Claim.Parser);

    /// <summary>The body of a release intent.</summary>
    public static V1.ReleaseIntent ReleaseIntent(Record record) => record.Parsed(V1.ReleaseIntent.Parser);

    /// <summary>The body of an observation.</summary>
    public static V1.Observation Observation(Record record) => record.Parsed(V1.Observation.Parser);

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
        body.Name.Length is > 0 and <= LongestText && body.Curators.Count <= MostCurators &&
        body.Curators.All(c => c.Key.Length is > 0 and <= LongestKey && c.ExpiresMs < 1UL << 53 &&
            c.Scope.Length <= LongestText && c.BudgetBytes <= 1UL << 60) &&
        body.Policy is { Copies: >= 1 and <= 64, SliceBytes: >= 1 << 20 and <= 1UL << 40 };

    private static bool IsSound(V1.Proposal body, ReadOnlySpan<byte> subject) =>
        body.Note.Length <= LongestText && body.Entry is { State: V1.EntryState.Active } entry &&
        EntryBodies.IsSound(entry, subject);

    private static bool IsSound(V1.Refusal body) =>
        body.Model.Length is > 0 and <= LongestText && body.Reason.Length is > 0 and <= LongestText;

    private static bool IsSound(V1.Node body) =>
        body.Endpoints.Count <= 4 && body.Endpoints.All(IsSound) && body.Operator.Length <= LongestText &&
        body.Site.Length <= LongestText && body.Version.Length <= LongestText &&
        body.DonatedBytes <= 1UL << 60 && body.FreeBytes <= 1UL << 60 && DeclineBodies.IsSound(body.Declines) &&
        BucketBodies.IsSound(body.Buckets) && (body.Country.Length == 0 || IsCountry(body.Country));

    /// <summary>Whether a text has the form of a country of ISO 3166-1 alpha-2: two capitals.</summary>
    public static bool IsCountry(string text) => text.Length == 2 && text.All(char.IsAsciiLetterUpper);

    private static bool IsSound(V1.Endpoint endpoint) =>
        endpoint.Ip.Length is 4 or 16 && endpoint.GossipPort <= 65535 && endpoint.TorrentPort <= 65535;

    private static bool IsSound(V1.Holding body) =>
        body.Verified.Length <= MostSlices / 8 && body.Releasing.Length <= MostSlices / 8 &&
        body.Trash.Length <= MostSlices / 8 && body.Away.Length <= MostSlices / 8 && body.AwaySinceMs < 1UL << 53;

    private static bool IsSound(V1.ReleaseIntent body) =>
        body.TicketMs < 1UL << 53 && body.Reason.Length <= LongestText;
}
