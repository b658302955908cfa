using System.Text.Json;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Tests.Protocol;

public sealed class RecordVectorTests
{
    private static readonly NetworkId _network = new(Vectors.Load("keys").Hash("network"));
    private static readonly string[] _files = ["catalogue-records", "node-records"];

    public static IEnumerable<JsonElement> Accepted => _files.SelectMany(file => Vectors.Load(file).All("accepted"));

    private static Instant NowOf(string file) => new(5_000_000, (long)Vectors.Load(file).Number("now_ms"));

    /// <summary>The signature is the vector's, since ECDSA draws another one each time.</summary>
    private sealed class Quoting(JsonElement vector) : ISigner
    {
        public byte[] Signed { get; private set; } = [];

        public byte[] PublicKey => Vectors.Load("keys").All("keys")
            .Single(key => key.Text("name") == vector.Text("author")).Bytes("spki");

        public byte[] Sign(ReadOnlySpan<byte> data)
        {
            Signed = data.ToArray();
            return vector.Bytes("signature");
        }
    }

    [Fact]
    public void Accepted_OneByOne_AreSignedAndWrittenAsTheVectorsSay()
    {
        foreach (var vector in Accepted)
        {
            var signer = new Quoting(vector);
            var record = EnvelopeCodec.Write(
                signer, _network, (RecordKind)vector.Int("kind"), vector.Bytes("subject"), BodyOf(vector),
                vector.Number("seq"), (long)vector.Number("issued_ms"), vector.Int("ttl_s") * 1000L);
            Assert.Equal(vector.Bytes("signed_bytes"), signer.Signed);
            Assert.Equal(vector.Hash("id"), record.Id);
            Assert.Equal(vector.Bytes("envelope"), record.Bytes.ToArray());
            Assert.True(EnvelopeCodec.IsSigned(record, _network, new EcdsaVerifier()), vector.Text("name"));
        }
    }

    [Fact]
    public void Accepted_Bodies_AreTheFieldsThatTheVectorsName()
    {
        foreach (var vector in Accepted.Where(v => v.Text("message").Length > 0))
        {
            var type = VectorMessages.TypeOf(vector.Text("message"));
            byte[] fields = [.. VectorMessages.Of(type, vector.GetProperty("fields")).ToByteArray(),
                .. vector.Bytes("unknown_fields")];
            Assert.Equal(Convert.ToHexStringLower(vector.Bytes("body")), Convert.ToHexStringLower(fields));
        }
    }

    [Fact]
    public void Accepted_InOrder_AreAcceptedAndKeptAsTheyCame()
    {
        var (set, now) = Fill();
        foreach (var vector in Accepted)
        {
            var record = set.Find(vector.Hash("id"));
            Assert.True(record is not null, $"'{vector.Text("name")}' is not in the set");
            Assert.Equal(vector.Bytes("envelope"), record.Bytes.ToArray());
        }
        Assert.Empty(set.Expire(now));
    }

    [Fact]
    public void Refused_InOrder_GetTheVectorsVerdicts()
    {
        var (set, _) = Fill();
        foreach (var vector in Vectors.Load("refusals").All("offered"))
        {
            var verdict = set.Offer(vector.Bytes("envelope"), NowOf("refusals"), out _);
            Assert.True(verdict.ToString() == vector.Text("verdict"), $"'{vector.Text("name")}' is {verdict}");
        }
        Assert.Single(set.Equivocators);
    }

    private static (RecordSet Set, Instant Now) Fill()
    {
        var set = new RecordSet(_network, new EcdsaVerifier());
        foreach (var file in _files)
            foreach (var vector in Vectors.Load(file).All("accepted"))
            {
                var verdict = set.Offer(vector.Bytes("envelope"), NowOf(file), out _);
                Assert.True(verdict == Acceptance.Accepted, $"'{vector.Text("name")}' is {verdict}");
            }
        return (set, NowOf("node-records"));
    }

    /// <summary>A message with exactly these bytes: all fields of an empty message are unknown.</summary>
    private static V1.Prune BodyOf(JsonElement vector) => V1.Prune.Parser.ParseFrom(vector.Bytes("body"));
}
