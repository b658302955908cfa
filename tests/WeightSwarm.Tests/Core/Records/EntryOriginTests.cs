using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Hosting;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>The origin of an entry is signed with it, and bounded.</summary>
public sealed class EntryOriginTests
{
    private const string Url = "https://hub.example/org/model/resolve/1/";

    [Fact]
    public void Origin_ThroughARecord_IsTheSame() => Assert.Equal(Url, RecordBodies.Entry(RecordOf(Url)).Origin);

    [Fact]
    public void IsWellFormed_OriginBeyondItsLimits_IsFalse()
    {
        Assert.True(RecordBodies.IsWellFormed(RecordOf("")));
        Assert.True(RecordBodies.IsWellFormed(RecordOf(Url.PadRight(Origin.LongestText, 'a'))));
        Assert.False(RecordBodies.IsWellFormed(RecordOf(Url.PadRight(Origin.LongestText + 1, 'a'))));
        Assert.False(RecordBodies.IsWellFormed(RecordOf("https://h.example/\u001b[31m/")));
    }

    [Fact]
    public void IsWellFormed_OriginOfASchemeToCome_IsTrue() =>
        Assert.True(RecordBodies.IsWellFormed(RecordOf("ipfs://bafy/")));

    private static Record RecordOf(string origin)
    {
        using var key = NodeKey.Generate();
        var entry = TestRecords.EntryValue("org/model") with { Origin = origin };
        return EnvelopeCodec.Write(
            key, new NetworkId(Hash256.Of([1])), RecordKind.Entry, entry.ModelId.ToArray(), RecordBodies.Entry(entry),
            1, 1, 1000);
    }
}
