using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Replication;

namespace WeightSwarm.Node.Weights;

/// <summary>The files of a model that somebody wants. Files begin on piece boundaries, so each piece is of one
/// file.</summary>
/// <param name="Content">The model.</param>
/// <param name="Indexes">Places in the manifest and in the .torrent, rising.</param>
internal sealed record RestoreSelection(ModelContent Content, ImmutableArray<int> Indexes)
{
    /// <summary>The manifest's files.</summary>
    public ImmutableArray<ManifestFile> Files => [.. Indexes.Select(i => Content.Manifest.Files[i])];

    /// <summary>Their sum.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>The files that any of the patterns names; without a pattern all of them.</summary>
    /// <exception cref="ControlException">No file is named.</exception>
    public static RestoreSelection Of(ModelContent content, ImmutableArray<FileGlob> globs)
    {
        var files = content.Manifest.Files;
        var chosen = Enumerable.Range(0, files.Length)
            .Where(i => globs.IsEmpty || globs.Any(glob => glob.Matches(files[i].Path)));
        var selection = new RestoreSelection(content, [.. chosen]);
        if (selection.Indexes.Length > 0) return selection;
        throw new ControlException(
            ControlExit.NotFound, "no-such-file",
            $"no file of {content.Entry.Model} matches {string.Join(" or ", globs.Select(g => $"'{g.Pattern}'"))}; " +
            $"`weightswarm show {content.Entry.Model}` lists them");
    }

    /// <summary>Without the files that are not to be fetched.</summary>
    public RestoreSelection Except(IReadOnlySet<int> indexes) =>
        new(Content, Indexes.RemoveAll(indexes.Contains));

    /// <summary>The slices that have any of these files' pieces, rising.</summary>
    public IEnumerable<int> Slices() => Indexes.Select(i => Content.Metainfo.Files[i])
        .SelectMany(file => Enumerable.Range(file.FirstPiece, file.Pieces))
        .Select(Content.Entry.SliceOf).Distinct();

    /// <summary>One byte per piece for the engine: 1 for the pieces of these files, 0 for all others.</summary>
    public byte[] Priorities()
    {
        var priorities = new byte[Content.Metainfo.Pieces];
        foreach (var index in Indexes)
        {
            var file = Content.Metainfo.Files[index];
            priorities.AsSpan(file.FirstPiece, file.Pieces).Fill(1);
        }
        return priorities;
    }
}
