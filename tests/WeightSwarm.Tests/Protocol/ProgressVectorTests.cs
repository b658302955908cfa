using System.Text.Json;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Protocol;

public sealed class ProgressVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("progress");
    private static readonly NetworkId _network = new(Vectors.Load("keys").Hash("network"));

    [Fact]
    public void Draws_AreTheVectors()
    {
        Assert.True(Nonce.TryRead(_file.Bytes("nonce"), out var nonce));
        foreach (var vector in _file.All("draws"))
        {
            var parts = PartMap.Read(vector.Bytes("parts"));
            Assert.Equal(vector.Bytes("parts"), parts.ToArray());
            var drawn = LeafDraw.Within(
                LayoutOf(vector.Int("pieces_per_slice")), nonce, _file.Hash("model"), vector.Int("slice"), parts);
            LeafPlace[] one = drawn is { } place ? [place] : [];
            Assert.Equal(vector.All("drawn").Select(d => new LeafPlace(d.Int("file"), d.Int("leaf"))), one);
        }
    }

    [Fact]
    public void Answers_AreSignedAndJudgedAsTheVectorsSay()
    {
        var model = new TestModel();
        foreach (var vector in _file.All("answers"))
        {
            var message = V1.Frame.Parser.ParseFrom(vector.Bytes("challenge")).Challenge;
            var challenge = ProgressChallenge.Read(message)!;
            Assert.Null(ReceiptChallenge.Read(message));
            Assert.Null(TimedChallenge.Read(message));
            Assert.Equal(message, challenge.ToMessage());
            var answer = V1.Frame.Parser.ParseFrom(vector.Bytes("answer")).Answer;
            var signer = new Quoting(answer);
            var proof = answer.State == V1.AnswerState.Held
                ? PossessionProof.Prove(model.Metainfo, model.Leaves, challenge.LeafOf(model.Leaves)!.Value,
                    model.Contents[0])
                : null;
            var made = ProgressAnswer.Make(signer, _network, challenge, answer.State, proof);
            Assert.Equal(vector.Bytes("signed_bytes"), signer.Signed);
            Assert.Equal(vector.Bytes("answer"), new V1.Frame { Answer = made }.ToByteArray());
            Assert.Equal(OutcomeOf(vector), ProgressAnswer.Judge(answer, NodeId.Of(signer.PublicKey), _network,
                new EcdsaVerifier(), challenge, model.Leaves).Outcome);
        }
    }

    private static SliceLeaves LayoutOf(int piecesPerSlice)
    {
        var manifest = new V1.Manifest();
        manifest.Files.AddRange(_file.GetProperty("sizes").EnumerateArray().Select((size, i) => new V1.ManifestFile
        {
            Path = $"{i}",
            Bytes = (ulong)size.GetInt64(),
            Sha256 = ByteString.CopyFrom(new byte[Hash256.Size]),
            PiecesRoot = ByteString.CopyFrom(new byte[Hash256.Size]),
        }));
        return SliceLeaves.Of(Manifest.Parse(manifest.ToByteArray()).Manifest!, Swarm.Model(0, 1) with
        {
            PieceLength = _file.Int("piece_length"),
            PiecesPerSlice = piecesPerSlice,
        });
    }

    private static ReceiptOutcome OutcomeOf(JsonElement vector) => vector.Int("state") switch
    {
        1 => ReceiptOutcome.Proven,
        3 => ReceiptOutcome.NotHeld,
        _ => ReceiptOutcome.Unknown,
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
