using System.Text.Json;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Protocol;

public sealed class ScoreVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("scores");

    [Fact]
    public void NegLog2_IsTheVectorsToTheLastBit()
    {
        foreach (var vector in _file.All("neg_log2"))
            Assert.Equal(vector.Number("value"), NegLog2.Of(vector.Number("uniform")));
    }

    [Fact]
    public void Weights_AreTheVectors()
    {
        foreach (var vector in _file.All("weights"))
            Assert.Equal(vector.Number("weight"), Rendezvous.Weight((long)vector.Number("free_bytes")));
    }

    [Fact]
    public void Scores_AreTheVectorsAtEachStep()
    {
        var salt = _file.Hash("epoch_salt");
        foreach (var vector in _file.All("scores"))
        {
            var entry = EntryOf(vector);
            var (node, slice) = (new NodeId(vector.Hash("node")), vector.Int("slice"));
            var group = Rendezvous.GroupKey(entry, slice);
            var weight = Rendezvous.Weight((long)vector.Number("free_bytes"));
            Assert.Equal(vector.Hash("group_key"), group);
            Assert.Equal(vector.Number("lot"),
                Rendezvous.Draw(Rendezvous.OrderDigest(salt, group), Rendezvous.NodeDigest(node)));
            Assert.Equal(vector.Number("weight"), weight);
            Assert.Equal(vector.Number("score"), Rendezvous.Score(salt, group, node, weight));
        }
    }

    [Fact]
    public void Epoch_IsTheOneThatViewsHave()
    {
        var views = new SwarmViewBuilder(TestRecords.Alice.Id);
        views.Accepted(TestRecords.Charter(TestRecords.Founder, Policy.Default), TestRecords.Now);
        var view = views.Build(_ => null, [])!;
        Assert.Equal(_file.Hash("epoch_salt"), view.EpochSalt);
        Assert.Equal(_file.Number("epoch"), view.Epoch);
    }

    [Fact]
    public void Monitors_AreTheVectorsInTheirOrder()
    {
        var members = _file.All("members").Select(NodeOf).ToList();
        foreach (var vector in _file.All("monitors"))
            Assert.Equal(
                vector.All("monitors").Select(NodeOf), Monitors.Of(new NodeId(vector.Hash("subject")), members));
    }

    private static NodeId NodeOf(JsonElement id) => new(new Hash256(Vectors.Bytes(id)));

    private static Entry EntryOf(JsonElement vector) => TestRecords.EntryValue("org/model") with
    {
        ModelId = vector.Hash("model"),
        Bytes = (long)vector.Number("model_bytes"),
    };
}
