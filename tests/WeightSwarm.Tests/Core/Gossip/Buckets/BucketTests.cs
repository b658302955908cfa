using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Tests.Core.Gossip.Reconciliation;
using WeightSwarm.Tests.Core.Records;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Gossip.Buckets;

public sealed class BucketTests(ITestOutputHelper output)
{
    private static readonly Hash256 _model = Hash256.Of("model"u8);

    [Fact]
    public void Of_FewerBits_IsTheTopOfTheBucket()
    {
        var bucket = Bucket.Of(_model);
        Assert.InRange(bucket, 0, 1023);
        for (var bits = 1; bits <= 10; bits++) Assert.Equal(bucket >> (10 - bits), Bucket.Of(_model, bits));
    }

    [Theory]
    [InlineData(RecordKind.Holding, true)]
    [InlineData(RecordKind.Claim, true)]
    [InlineData(RecordKind.ReleaseIntent, true)]
    [InlineData(RecordKind.Entry, false)]
    [InlineData(RecordKind.Proposal, false)]
    [InlineData(RecordKind.Observation, false)]
    [InlineData((RecordKind)900, false)]
    public void Of_ARecord_IsThatOfItsModelOrNone(RecordKind kind, bool belongs)
    {
        var subject = kind is RecordKind.Claim or RecordKind.ReleaseIntent
            ? RecordBodies.SliceSubject(_model, 3) : _model.ToArray();
        var record = TestRecords.Of(TestRecords.Bob, kind, subject, new V1.Holding());
        Assert.Equal(belongs ? Bucket.Of(_model, 10) : Bucket.None, Bucket.Of(record, 10));
    }

    [Fact]
    public void Of_ASubjectThatIsTooShort_IsNone() => Assert.Equal(
        Bucket.None, Bucket.Of(TestRecords.Of(TestRecords.Bob, RecordKind.Holding, [1, 2], new V1.Holding()), 10));

    /// <summary>Chi-square over 1,024 buckets: mean 1,023, standard deviation 45; five of these off is one in a
    /// million.</summary>
    [Fact]
    public void DutyOf_ManyNodes_IsSpreadEvenly()
    {
        const ulong seed = 20261121;
        const int nodes = 20_480, each = nodes / 1024;
        var random = new SplitMix64(seed);
        var duties = new int[1024];
        for (var node = 0; node < nodes; node++) duties[Bucket.DutyOf(new NodeId(Items.Id(random)))]++;
        var chiSquare = duties.Sum(d => (d - each) * (d - each)) / each;
        output.WriteLine($"seed {seed}: chi-square {chiSquare}, {duties.Min()} to {duties.Max()} nodes in a bucket");
        Assert.InRange(chiSquare, 1023 - 5 * 45, 1023 + 5 * 45);
    }
}
