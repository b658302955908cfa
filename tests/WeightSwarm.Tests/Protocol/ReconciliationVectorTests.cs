using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Tests.Core.Gossip.Reconciliation;

namespace WeightSwarm.Tests.Protocol;

public sealed class ReconciliationVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("reconciliation");

    private static IndexItem Item(int number) =>
        new(20_800 + (uint)number / 200, Hash256.Of(Encoding.ASCII.GetBytes($"weightswarm item {number}")));

    [Fact]
    public void Key_OfTheSalt_IsTheVectors()
    {
        var key = FingerprintKey.From(_file.Bytes("salt"));
        Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(_file.Bytes("y")), key.Y);
        Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(_file.Bytes("z")), key.Z);
    }

    [Fact]
    public void Fingerprints_AreTheVectors()
    {
        var key = FingerprintKey.From(_file.Bytes("salt"));
        foreach (var vector in _file.All("fingerprints"))
        {
            var index = Items.Index(Enumerable.Range(0, vector.Int("items")).Select(Item));
            Assert.Equal(vector.Bytes("fingerprint"), index.Fingerprint(0, index.Count, key).ToArray());
        }
    }

    [Fact]
    public void Transcripts_AreTheVectorsByteForByte()
    {
        foreach (var vector in _file.All("transcripts"))
        {
            var initiator = new Reconciler(IndexOf(vector, lacking: "only_responder"));
            var responder = new Reconciler(IndexOf(vector, lacking: "only_initiator"));
            var next = initiator.Start(vector.Number("session"), vector.Bytes("salt"));
            foreach (var step in vector.All("steps"))
            {
                var frame = new V1.Frame { Reconcile = next };
                Assert.Equal(
                    Convert.ToHexStringLower(step.Bytes("frame")), Convert.ToHexStringLower(frame.ToByteArray()));
                var sent = V1.Frame.Parser.ParseFrom(step.Bytes("frame")).Reconcile;
                var (sender, receiver) = sent.Answer ? ("responder", initiator) : ("initiator", responder);
                Assert.Equal(step.Text("sender"), sender);
                var done = receiver.Handle(sent);
                Assert.Equal(HashesOf(step.Bytes("receiver_pushes")), done.ToPush);
                Assert.Equal(HashesOf(step.Bytes("receiver_wants")), done.ToWant);
                next = done.Reply;
            }
            Assert.Null(next);
            Assert.False(initiator.IsOpen);
        }
    }

    private static RecordIndex IndexOf(JsonElement vector, string lacking)
    {
        var absent = vector.All(lacking).Select(number => (int)Vectors.Number(number)).ToHashSet();
        return Items.Index(Enumerable.Range(0, vector.Int("items")).Where(n => !absent.Contains(n)).Select(Item));
    }

    private static IEnumerable<Hash256> HashesOf(byte[] ids) => ids.Chunk(Hash256.Size).Select(id => new Hash256(id));
}
