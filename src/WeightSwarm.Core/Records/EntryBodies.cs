using Google.Protobuf;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Records;

/// <summary>From an entry to its body and back; proposals carry the same body.</summary>
internal static class EntryBodies
{
    /// <summary>The entry of a sound body.</summary>
    public static Entry Entry(V1.Entry body) => new()
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

    /// <summary>Whether the body is one of an entry about that subject.</summary>
    public static bool IsSound(V1.Entry body, ReadOnlySpan<byte> subject) =>
        body.Model.Length is > 0 and <= RecordBodies.LongestText &&
        body.Revision.Length is > 0 and <= RecordBodies.LongestText &&
        body.Licence.Length <= RecordBodies.LongestText && body.Source.Length <= RecordBodies.LongestText &&
        body.Origin.Length <= Origin.LongestText && body.Origin.All(c => c is > ' ' and <= '~') &&
        body.InfoHashV1.Length == 20 && body.ManifestHash.Length == 32 && body.MetainfoHash.Length == 32 &&
        subject.Length == 32 && subject.SequenceEqual(body.InfoHashV2.Span) && IsSoundGeometry(body) &&
        (body.Facts is null || FactsBodies.IsSound(body.Facts));

    private static bool IsSoundGeometry(V1.Entry body) =>
        body.PieceLength is >= 16 << 10 and <= 256 << 20 && ulong.IsPow2(body.PieceLength) &&
        body.Pieces is >= 1 and <= 1 << 24 && body.PiecesPerSlice is >= 1 and <= 1 << 24 &&
        body.SliceLeaves.Count is >= 1 and <= RecordBodies.MostSlices &&
        body.SliceLeaves.Count == (body.Pieces + body.PiecesPerSlice - 1) / body.PiecesPerSlice &&
        body.SliceLeaves.All(l => l <= int.MaxValue && l <= body.PiecesPerSlice * body.PieceLength >> 14) &&
        body.Bytes is >= 1 and <= 1UL << 50 && body.Files is >= 1 and <= 200_000 && body.Copies <= 64 &&
        body.MetainfoBytes is >= 1 and <= 64 << 20;
}
