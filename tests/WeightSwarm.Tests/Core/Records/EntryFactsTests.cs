using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Formats;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Hosting;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>What an entry says of its weights travels whole, and only within its limits.</summary>
public sealed class EntryFactsTests : IDisposable
{
    private readonly NodeKey _key = NodeKey.Generate();

    private static readonly Facts _facts = new()
    {
        Parameters = 1L << 60,
        Dtypes = [new("BF16", 5, 10), new("other", 1, 0)],
        Architecture = "LlamaForCausalLM",
        ShardsPresent = 2,
        ShardsExpected = 3,
        BrokenFiles = 1,
        Hazards = [HazardLabels.ContainsPickle],
    };

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Facts_ThroughARecord_AreTheSame()
    {
        var read = RecordBodies.Entry(RecordOf(RecordBodies.Entry(Entry(_facts)))).Facts!;
        Assert.Equal(_facts.Dtypes.AsEnumerable(), read.Dtypes);
        Assert.Equal(_facts.Hazards.AsEnumerable(), read.Hazards);
        Assert.Equal(_facts with { Dtypes = [], Hazards = [] }, read with { Dtypes = [], Hazards = [] });
    }

    [Fact]
    public void Facts_OfAnOlderEntry_AreNull() =>
        Assert.Null(RecordBodies.Entry(RecordOf(RecordBodies.Entry(Entry(null)))).Facts);

    [Fact]
    public void IsWellFormed_FactsBeyondTheirLimits_IsFalse()
    {
        Assert.True(IsSound(_ => { }));
        Assert.False(IsSound(f => f.Parameters++));
        Assert.False(IsSound(f => f.Architecture = new string('x', 65)));
        Assert.False(IsSound(f => f.Architecture = "\u001b[31m"));
        Assert.False(IsSound(f => f.ShardsExpected = 1));
        Assert.False(IsSound(f => f.ShardsExpected = uint.MaxValue));
        Assert.False(IsSound(f => f.BrokenFiles = uint.MaxValue));
        Assert.False(IsSound(f => f.Dtypes[0].Dtype = ""));
        Assert.False(IsSound(f => f.Dtypes[0].Dtype = "a b"));
        Assert.False(IsSound(f => f.Dtypes[0].Bytes = ulong.MaxValue));
        Assert.False(IsSound(f => f.Dtypes.AddRange(Enumerable.Repeat(f.Dtypes[0], 7))));
        Assert.False(IsSound(f => f.Hazards.Add("Not A Label")));
        Assert.False(IsSound(f => f.Hazards.AddRange(Enumerable.Repeat("x", 8))));
    }

    [Fact]
    public void Entry_OfMostSlicesWithFullFacts_FitsItsEnvelope()
    {
        var leaves = Enumerable.Repeat(65_536, 4096).ToArray();
        var facts = _facts with
        {
            Architecture = new string('x', 64),
            Dtypes = [.. Enumerable.Repeat(new DtypeCount(new string('T', 16), 1L << 60, 1L << 60), Facts.MostDtypes)],
            Hazards = [.. Enumerable.Repeat(new string('h', 32), 8)],
        };
        var entry = Entry(facts) with { SliceLeaves = [.. leaves], Pieces = 4096 * 64, Bytes = 4096L << 30 };
        var record = RecordOf(RecordBodies.Entry(entry));
        Assert.True(RecordBodies.IsWellFormed(record));
        Assert.InRange(record.Bytes.Length, 12_000, EnvelopeCodec.MaxBytes);
    }

    private bool IsSound(Action<V1.Facts> change)
    {
        var body = RecordBodies.Entry(Entry(_facts));
        change(body.Facts);
        return RecordBodies.IsWellFormed(RecordOf(body));
    }

    private Record RecordOf(IMessage body) => EnvelopeCodec.Write(
        _key, new NetworkId(Hash256.Of([1])), RecordKind.Entry, Hash256.Of([2]).ToArray(), body, 1, 1, 1000);

    private static Entry Entry(Facts? facts) => new()
    {
        ModelId = Hash256.Of([2]),
        Model = "org/model",
        Revision = "r",
        InfoHashV1 = [.. new byte[20]],
        ManifestHash = Hash256.Of([3]),
        MetainfoHash = Hash256.Of([4]),
        MetainfoBytes = 1,
        PieceLength = 16 << 20,
        Pieces = 64,
        PiecesPerSlice = 64,
        Bytes = 1 << 30,
        Files = 1,
        Licence = "MIT",
        SliceLeaves = [65_536],
        Facts = facts,
    };
}
