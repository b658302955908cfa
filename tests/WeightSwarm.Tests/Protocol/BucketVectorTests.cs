using System.Text.Json;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Protocol;

public sealed class BucketVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("buckets");

    [Fact]
    public void Models_HaveTheirBuckets()
    {
        foreach (var vector in _file.All("models"))
            Assert.Equal(vector.Int("bucket"), Bucket.Of(vector.Hash("model")));
    }

    [Fact]
    public void Duties_AreTheVectors()
    {
        foreach (var vector in _file.All("duties"))
        {
            var node = new NodeId(vector.Hash("node"));
            Assert.Equal(vector.Int("bucket"), Bucket.DutyOf(node));
            Assert.Equal(vector.Number("score"), Bucket.Score(node, vector.Int("bucket")));
        }
    }
}
