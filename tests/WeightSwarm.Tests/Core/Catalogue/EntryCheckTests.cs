using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class EntryCheckTests
{
    private const int K = 16384;

    private readonly Metainfo _metainfo;
    private readonly Manifest _manifest;
    private readonly Entry _entry;

    public EntryCheckTests()
    {
        _metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", K, ("a", new byte[(3 * K) + 1]), ("b", [1])));
        _manifest = Manifest.Of(_metainfo, [Hash256.Of([1]), Hash256.Of([2])]);
        var layout = SliceLayout.For(_metainfo, 2 * K);
        _entry = new Entry
        {
            ModelId = _metainfo.InfoHashV2,
            Model = "org/model",
            Revision = "main",
            InfoHashV1 = _metainfo.InfoHashV1,
            ManifestHash = _manifest.Hash,
            MetainfoHash = default,
            MetainfoBytes = 0,
            PieceLength = K,
            Pieces = 5,
            PiecesPerSlice = layout.PiecesPerSlice,
            Bytes = (3 * K) + 2,
            Files = 2,
            Licence = "MIT",
            SliceLeaves = layout.SliceLeaves,
        };
    }

    [Fact]
    public void Fault_OwnFiles_IsNull() => Assert.Null(EntryCheck.Fault(_entry, _metainfo, _manifest));

    [Fact]
    public void Fault_AnyNumberChanged_SaysWhich()
    {
        Differs("info-hash", _entry with { ModelId = Hash256.Of([9]) });
        Differs("v1 info-hash", _entry with { InfoHashV1 = [.. new byte[20]] });
        Differs("manifest has the hash", _entry with { ManifestHash = Hash256.Of([9]) });
        Differs("pieces", _entry with { Pieces = 6 });
        Differs("pieces", _entry with { PieceLength = 2 * K });
        Differs("files", _entry with { Files = 3 });
        Differs("bytes", _entry with { Bytes = 1 });
        Differs("slices of 3 pieces", _entry with { PiecesPerSlice = 3 });
        Differs("slices", _entry with { SliceLeaves = _entry.SliceLeaves.SetItem(0, 1) });
        Differs("slices", _entry with { SliceLeaves = ImmutableArray<int>.Empty });
    }

    [Fact]
    public void Fault_ManifestOfOtherFiles_SaysWhatDiffers()
    {
        var other = MetainfoTests.Good(NaiveTorrent.Build("n", K, ("a", new byte[(3 * K) + 1]), ("b", [2])));
        var manifest = Manifest.Of(other, [Hash256.Of([1]), Hash256.Of([2])]);
        var fault = EntryCheck.Fault(_entry with { ManifestHash = manifest.Hash }, _metainfo, manifest);
        Assert.Contains("'b' has another pieces root", fault, StringComparison.Ordinal);
    }

    private void Differs(string what, Entry entry) =>
        Assert.Contains(what, EntryCheck.Fault(entry, _metainfo, _manifest), StringComparison.Ordinal);
}
