using System.Net;
using System.Text;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>Every parser of what comes from outside.</summary>
internal static class FuzzTargets
{
    /// <summary>New ones, with the state that they share among their inputs.</summary>
    public static IReadOnlyList<FuzzTarget> Make()
    {
        var model = new FuzzModel();
        var records = new FuzzRecords(model);
        var core = new FuzzCore(records);
        return
        [
            new FuzzTarget("frame", core.Frames(), core.Read),
            new FuzzTarget("envelope", records.Envelopes(), FuzzRecords.Read),
            .. records.Bodies().Where(b => Enum.IsDefined(b.Kind)).Select(b => new FuzzTarget(
                $"body-{b.Kind}", [b.Body.ToByteArray()], FuzzRecords.BodyOf(b.Kind, b.Subject))),
            new FuzzTarget("invite", Invites(), InviteText),
            new FuzzTarget("invite-bytes", [.. Invites().Select(InviteBytes)], SealedInvite),
            new FuzzTarget("bencode", [model.Torrent], b =>
                BencodeDocument.Parse(b, BencodeLimits.Default, out _) is not null),
            new FuzzTarget("torrent", [model.Torrent], b => Metainfo.Parse(b).Metainfo is not null),
            new FuzzTarget("manifest", [model.Manifest.ToBytes().ToArray()], b =>
                Manifest.Parse(b).Manifest is not null),
            Ranges(),
            Answers(model),
            new FuzzTarget("challenge", [model.Challenge.ToMessage().ToByteArray()], b =>
                TryParse(V1.Challenge.Parser, b) is { } challenge && ReceiptChallenge.Read(challenge) is not null),
        ];
    }

    private static List<byte[]> Invites()
    {
        IPEndPoint[] addresses = [new(IPAddress.Parse("203.0.113.7"), 9), new(IPAddress.Parse("2001:db8::1"), 65535)];
        return [.. Enumerable.Range(0, 3).Select(count => Encoding.ASCII.GetBytes(
            new Invite(FuzzRecords.Network, [.. addresses.Take(count)]).ToString()))];
    }

    private static bool InviteText(byte[] bytes) => Invite.Parse(Encoding.Latin1.GetString(bytes), out _) is not null;

    /// <summary>What stands behind "wsw1", without its checksum.</summary>
    private static byte[] InviteBytes(byte[] text)
    {
        if (!Base32.TryDecode(Encoding.ASCII.GetString(text).AsSpan(4), out var bytes))
            throw new InvalidOperationException("no invite");
        return bytes[..^4];
    }

    private static bool SealedInvite(byte[] bytes) =>
        Invite.Parse("wsw1" + Base32.Encode([.. bytes, .. Hash256.Of(bytes).ToArray()[..4]]), out _) is not null;

    private static FuzzTarget Ranges()
    {
        RecordIndex mine = new(), theirs = new();
        for (var i = 0; i < 300; i++)
        {
            var item = new IndexItem((uint)(20_000 + i / 100), Hash256.Of([(byte)i, (byte)(i >> 8)]));
            if (i % 10 > 0) mine.Add(item);
            if (i % 7 > 0) theirs.Add(item);
        }
        var first = new Reconciler(theirs).Start(1, new byte[16]);
        var second = new Reconciler(mine).Handle(first).Reply!;
        return new FuzzTarget("ranges", [first.ToByteArray(), second.ToByteArray()], bytes =>
        {
            if (TryParse(V1.Reconcile.Parser, bytes) is not { } message) return false;
            var asked = new Reconciler(mine);
            asked.Start(1, new byte[16]);
            return asked.Handle(message).Outcome is not ReconcileOutcome.Malformed;
        });
    }

    private static FuzzTarget Answers(FuzzModel model)
    {
        var (key, verifier) = (new SimKey(80, 0), new GullibleVerifier());
        var answer = ReceiptAnswer.Make(
            key, FuzzRecords.Network, model.Challenge, V1.AnswerState.Held, [model.Proof], 0);
        return new FuzzTarget("answer", [answer.ToByteArray()], bytes =>
            TryParse(V1.Answer.Parser, bytes) is { } read && ReceiptAnswer.Judge(
                read, key.Id, FuzzRecords.Network, verifier, model.Challenge, model.Leaves).Fault.Length == 0);
    }

    private static T? TryParse<T>(MessageParser<T> parser, byte[] bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (Exception e) when (ProtobufFault.IsMalformed(e))
        {
            return null;
        }
    }
}
