using System.Collections.Immutable;
using System.Text.Json;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Protocol;

public sealed class AuditVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("audits");
    private static readonly NetworkId _network = new(Vectors.Load("keys").Hash("network"));

    private readonly TestModel _model = new();

    [Fact]
    public void Duties_AreTheVectors()
    {
        var members = _file.GetProperty("members").EnumerateArray()
            .Select(m => new NodeId(new Hash256(Vectors.Bytes(m)))).ToList();
        var now = new Instant(1, 1_800_000_000_000);
        var view = new SwarmView
        {
            Version = 1,
            Self = members[0],
            Policy = Policy.Default with { Domains = DomainRule.Node },
            EpochSalt = default,
            Nodes = members.ToImmutableSortedDictionary(
                m => m, m => new NodeView { Id = m, DonatedBytes = 0, FreeBytes = 0 }),
            Models = [],
        };
        var schedule = new AuditSchedule(view, now);
        foreach (var vector in _file.All("duties"))
        {
            var copy = new CopyKey(new NodeId(vector.Hash("holder")), _file.Hash("model"), vector.Int("slice"));
            var epoch = vector.Int("epoch");
            Assert.Equal(
                vector.GetProperty("auditors").EnumerateArray().Select(a => new NodeId(new Hash256(Vectors.Bytes(a)))),
                schedule.AuditorsOf(copy, epoch).AsEnumerable());
            Assert.Equal((long)vector.Number("start_ms"), AuditSchedule.StartMs(copy, epoch, Pace.Real));
            Assert.Equal((long)vector.Number("first_due_ms"), AuditSchedule.DueMs(copy, epoch, 0, Pace.Real));
        }
    }

    [Fact]
    public void Draws_AreTheVectors()
    {
        Assert.True(Nonce.TryRead(_file.Bytes("nonce"), out var nonce));
        foreach (var vector in _file.All("draws"))
            Assert.Equal(
                vector.All("drawn").Select(place => new LeafPlace(place.Int("file"), place.Int("leaf"))),
                LeafDraw.Of(_model.Leaves, nonce, _file.Hash("model"), vector.Int("slice"), vector.Int("leaves")));
    }

    [Fact]
    public void Answers_AreSignedAndJudgedAsTheVectorsSay()
    {
        foreach (var vector in _file.All("answers"))
        {
            var challenge = ReceiptChallenge.Read(V1.Frame.Parser.ParseFrom(vector.Bytes("challenge")).Challenge)!;
            var answer = V1.Frame.Parser.ParseFrom(vector.Bytes("answer")).Answer;
            var signer = new Quoting(answer);
            var proofs = answer.State == V1.AnswerState.Held ? _held : [];
            var made = ReceiptAnswer.Make(
                signer, _network, challenge, answer.State, proofs, (long)vector.Number("ticket_ms"));
            Assert.Equal(vector.Bytes("signed_bytes"), signer.Signed);
            Assert.Equal(vector.Bytes("answer"), new V1.Frame { Answer = made }.ToByteArray());
            var verdict = ReceiptAnswer.Judge(
                answer, NodeId.Of(signer.PublicKey), _network, new EcdsaVerifier(), challenge, _model.Leaves);
            Assert.Equal(new ReceiptVerdict(OutcomeOf(vector), (long)vector.Number("ticket_ms"), FaultOf(vector)),
                verdict);
        }
    }

    // Slice 0 begins with a file of one byte, whose only leaf is its root.
    private static readonly LeafProof[] _held = [new(new TestModel().Contents[0], [])];

    private static ReceiptOutcome OutcomeOf(JsonElement vector) => vector.Int("state") switch
    {
        1 => ReceiptOutcome.Proven,
        3 => ReceiptOutcome.NotHeld,
        _ => ReceiptOutcome.Unknown,
    };

    private static string FaultOf(JsonElement vector) => vector.Int("state") == 0 ? "it is busy" : "";

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
