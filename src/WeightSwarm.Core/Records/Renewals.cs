using System.Buffers.Binary;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>
/// Renewals: one record that keeps many of its author's. They name them by their short ids, so that a node that holds
/// a hundred models renews all of its leases by one signature and some 1,100 bytes.
/// </summary>
public static class Renewals
{
    /// <summary>Short ids in one renewal, at most.</summary>
    public const int MostListed = 1024;

    /// <summary>Renewals of one author, at most; each has a page number, from 0.</summary>
    public const int MostPages = 16;

    private static readonly byte[][] _subjects = [.. Enumerable.Range(0, MostPages).Select(SubjectOf)];
    private static readonly Hash256[] _hashes = [.. _subjects.Select(s => Hash256.Of(s))];

    /// <summary>The subject of a page: empty for the first, else its number.</summary>
    public static ReadOnlySpan<byte> Subject(int page) => _subjects[page];

    /// <summary>The register of a page.</summary>
    public static RecordKey Key(NodeId author, int page) => new(author, RecordKind.Renewal, _hashes[page]);

    /// <summary>The page of a well-formed renewal.</summary>
    internal static int PageOf(Record renewal) =>
        renewal.Subject.IsEmpty ? 0 : (int)BinaryPrimitives.ReadUInt32BigEndian(renewal.Subject);

    /// <summary>Whether records of a kind can be renewed; of others a renewal has no effect.</summary>
    public static bool MayRenew(RecordKind kind) => kind is RecordKind.Node or RecordKind.Holding;

    /// <summary>The body that lists these.</summary>
    public static V1.Renewal Write(IEnumerable<ulong> shortIds)
    {
        var body = new V1.Renewal();
        body.Records.AddRange(shortIds.Order());
        return body;
    }

    /// <summary>The short ids that a well-formed renewal lists, ascending.</summary>
    public static ReadOnlySpan<ulong> Listed(Record renewal) => renewal.Derived(Read);

    /// <summary>Whether a well-formed renewal lists a record.</summary>
    public static bool Lists(Record renewal, Record record) =>
        renewal.Author == record.Author && MayRenew(record.Kind) && Lists(renewal, record.Id.Prefix);

    internal static bool Lists(Record renewal, ulong shortId) => Listed(renewal).BinarySearch(shortId) >= 0;

    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">The body is no renewal.</exception>
    internal static bool IsSound(Record record) => IsPage(record.Subject) && Listed(record).Length <= MostListed;

    private static bool IsPage(ReadOnlySpan<byte> subject) => subject.IsEmpty ||
        subject.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(subject) is > 0 and < MostPages;

    private static ulong[] Read(Record record)
    {
        ulong[] listed = [.. V1.Renewal.Parser.ParseFrom(record.Body).Records];
        Array.Sort(listed);
        return listed;
    }

    private static byte[] SubjectOf(int page)
    {
        if (page == 0) return [];
        var subject = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(subject, (uint)page);
        return subject;
    }
}
