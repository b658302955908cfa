using Google.Protobuf;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Auditing;

/// <summary>A timed challenge as it was read from the wire, within its limits.</summary>
/// <param name="Nonce">Decides which spans, and is hashed first.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Spans">How many spans, 1 to <see cref="SpanDraw.Most"/>.</param>
public sealed record TimedChallenge(Nonce Nonce, Hash256 Model, int Slice, int Spans)
{
    internal ChallengeHead Head => new(Nonce, Model, Slice);

    /// <summary>As it is sent. A node that does not know it sees one for no leaves, and answers nothing.</summary>
    public V1.Challenge ToMessage()
    {
        var message = Head.ToMessage();
        message.Spans = (uint)Spans;
        return message;
    }

    /// <summary>The challenge, or null for one that breaks the limits or is none.</summary>
    public static TimedChallenge? Read(V1.Challenge message) =>
        ChallengeHead.Read(message) is { } head && message.Leaves == 0 && message.Spans is >= 1 and <= SpanDraw.Most
            ? new TimedChallenge(head.Nonce, head.Model, head.Slice, (int)message.Spans)
            : null;
}

/// <summary>How a timed challenge ended.</summary>
public enum TimedOutcome
{
    /// <summary>No answer, or no clear one; also from a version that does not know timed challenges.</summary>
    Unknown,
    /// <summary>The right hash, in time: the bytes were near.</summary>
    InTime,
    /// <summary>The right hash, too late for bytes that are near.</summary>
    Slow,
    /// <summary>The holder says that it does not hold the slice.</summary>
    NotHeld,
    /// <summary>Another hash: one of the two has other bytes, and leaves will tell who.</summary>
    Different,
}

/// <summary>Makes and judges the signed answers to timed challenges.</summary>
public static class TimedAnswer
{
    // What a plain hard disk reads in a second; a slower one is allowed three times as long.
    private const long DiskBytesPerSecond = 150_000_000;
    private const int Allowance = 3, WayMs = 1000;

    private static ReadOnlySpan<byte> Domain => "weightswarm/timed/1\0"u8;

    /// <summary>An answer to so many bytes that takes longer than this, from the challenge's sending to the answer's
    /// coming, is slow. Milliseconds.</summary>
    public static long InTimeMs(long bytes) => WayMs + Allowance * 1000 * bytes / DiskBytesPerSecond;

    /// <summary>A signed answer.</summary>
    /// <param name="signer">The holder.</param>
    /// <param name="network">Of both.</param>
    /// <param name="challenge">What is answered.</param>
    /// <param name="state">Held only with a hash.</param>
    /// <param name="hash">SHA-256 of the nonce and the spans; null for none.</param>
    public static V1.Answer Make(
        ISigner signer, NetworkId network, TimedChallenge challenge, V1.AnswerState state, Hash256? hash)
    {
        var answer = SignedAnswer.Begin(signer, challenge.Head, state);
        answer.Hash = hash is { } value ? ByteString.CopyFrom(value.ToArray()) : ByteString.Empty;
        answer.Signature = ByteString.CopyFrom(signer.Sign(SignedBytes(answer, network, challenge)));
        return answer;
    }

    /// <summary>Judges an answer. Never throws, whatever came in.</summary>
    /// <param name="answer">What came.</param>
    /// <param name="holder">Who was asked.</param>
    /// <param name="network">Of both.</param>
    /// <param name="verifier">Of signatures.</param>
    /// <param name="challenge">What was asked.</param>
    /// <param name="expected">The hash of the asker's own spans.</param>
    /// <param name="isLate">It took longer than <see cref="InTimeMs"/>.</param>
    public static TimedOutcome Judge(
        V1.Answer answer, NodeId holder, NetworkId network, ISignatureVerifier verifier, TimedChallenge challenge,
        Hash256 expected, bool isLate)
    {
        var signed = SignedBytes(answer, network, challenge);
        if (SignedAnswer.Fault(answer, holder, challenge.Head, verifier, signed) is not null)
            return TimedOutcome.Unknown;
        return answer.State switch
        {
            V1.AnswerState.NotHeld or V1.AnswerState.Trash => TimedOutcome.NotHeld,
            V1.AnswerState.Held when !Hash256.TryRead(answer.Hash.Span, out var hash) || hash != expected =>
                TimedOutcome.Different,
            V1.AnswerState.Held => isLate ? TimedOutcome.Slow : TimedOutcome.InTime,
            _ => TimedOutcome.Unknown,
        };
    }

    private static byte[] SignedBytes(V1.Answer answer, NetworkId network, TimedChallenge challenge) =>
        SignedAnswer.Bytes(Domain, network, challenge.Head, answer.State, answer.Hash.Span);
}
