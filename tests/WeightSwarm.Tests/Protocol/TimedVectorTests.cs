using System.Collections.Immutable;
using System.Text.Json;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Protocol;

public sealed class TimedVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("timed");
    private static readonly NetworkId _network = new(Vectors.Load("keys").Hash("network"));

    [Fact]
    public void Draws_AreTheVectors()
    {
        Assert.True(Nonce.TryRead(_file.Bytes("nonce"), out var nonce));
        var layout = LayoutOf([.. _file.GetProperty("sizes").EnumerateArray().Select(s => s.GetInt64())]);
        foreach (var vector in _file.All("draws"))
            Assert.Equal(
                vector.All("runs").Select(r => new LeafRun(r.Int("file"), r.Int("first_leaf"), r.Int("leaves"))),
                SpanDraw.Of(layout, nonce, _file.Hash("model"), vector.Int("slice"), vector.Int("spans")));
    }

    [Fact]
    public void Answers_AreSignedAndJudgedAsTheVectorsSay()
    {
        var model = new TestModel();
        foreach (var vector in _file.All("answers"))
        {
            var message = V1.Frame.Parser.ParseFrom(vector.Bytes("challenge")).Challenge;
            var challenge = TimedChallenge.Read(message)!;
            Assert.Null(ReceiptChallenge.Read(message));
            Assert.Equal(message, challenge.ToMessage());
            var answer = V1.Frame.Parser.ParseFrom(vector.Bytes("answer")).Answer;
            var expected = HashOf(model, challenge);
            var signer = new Quoting(answer);
            var held = answer.State == V1.AnswerState.Held;
            var made = TimedAnswer.Make(signer, _network, challenge, answer.State, held ? expected : null);
            Assert.Equal(vector.Bytes("signed_bytes"), signer.Signed);
            Assert.Equal(vector.Bytes("answer"), new V1.Frame { Answer = made }.ToByteArray());
            Assert.Equal(OutcomeOf(vector), TimedAnswer.Judge(answer, NodeId.Of(signer.PublicKey), _network,
                new EcdsaVerifier(), challenge, expected, isLate: false));
        }
    }

    private static Hash256 HashOf(TestModel model, TimedChallenge challenge)
    {
        List<byte> hashed = [.. challenge.Nonce.ToArray()];
        foreach (var run in SpanDraw.Of(
            model.Leaves, challenge.Nonce, challenge.Model, challenge.Slice, challenge.Spans))
            hashed.AddRange(model.Contents[run.File]
                .Skip((int)run.FirstLeaf * PieceLength.Leaf).Take((int)run.Leaves * PieceLength.Leaf));
        return Hash256.Of([.. hashed]);
    }

    private static SliceLeaves LayoutOf(ImmutableArray<long> sizes)
    {
        var manifest = new V1.Manifest();
        manifest.Files.AddRange(sizes.Select((size, i) => new V1.ManifestFile
        {
            Path = $"{i}",
            Bytes = (ulong)size,
            Sha256 = ByteString.CopyFrom(new byte[Hash256.Size]),
            PiecesRoot = ByteString.CopyFrom(new byte[Hash256.Size]),
        }));
        return SliceLeaves.Of(Manifest.Parse(manifest.ToByteArray()).Manifest!, Swarm.Model(0, 1) with
        {
            PieceLength = _file.Int("piece_length"),
            PiecesPerSlice = _file.Int("pieces_per_slice"),
        });
    }

    private static TimedOutcome OutcomeOf(JsonElement vector) => vector.Int("state") switch
    {
        1 => TimedOutcome.InTime,
        3 => TimedOutcome.NotHeld,
        _ => TimedOutcome.Unknown,
    };

    private sealed class Quoting(V1.Answer answer) : ISigner
    {
        public byte[] Signed { get; private set; } = [];
        public byte[] PublicKey => answer.Author.ToByteArray();

        public byte[] Sign(ReadOnlySpan<byte> data)
        {
            Signed = data.ToArray();
            return answer.Signature.ToByteArray();
        }
    }
}
