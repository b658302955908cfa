using Google.Protobuf;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Records;

/// <summary>Gives out sequence numbers: each larger than every one before, over restarts too.</summary>
public interface ISequence
{
    /// <summary>The next number, at least <paramref name="unixMs"/>; kept on disk before it is answered.</summary>
    ulong Next(long unixMs);

    /// <summary>Makes sure that the next number is larger than <paramref name="seq"/>.</summary>
    void JumpAbove(ulong seq);
}

/// <summary>Makes the records of one key for one network.</summary>
public sealed class RecordAuthor(ISigner signer, NetworkId network, ISequence sequence)
{
    /// <summary>The id of the key.</summary>
    public NodeId Id { get; } = NodeId.Of(signer.PublicKey);

    /// <summary>A new record, signed, with the next number.</summary>
    /// <param name="kind">What it says.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="body">The message that the kind names.</param>
    /// <param name="ttlMs">How long it lives.</param>
    /// <param name="now">The time that it bears.</param>
    /// <param name="clockTrusted">False: the number owes nothing to the clock. One of the year 2038 would be refused
    /// until then, long after the clock was mended.</param>
    public Record Make(
        RecordKind kind, ReadOnlySpan<byte> subject, IMessage body, long ttlMs, Instant now, bool clockTrusted = true)
    {
        var seq = sequence.Next(clockTrusted ? now.UnixMs : 0);
        return EnvelopeCodec.Write(signer, network, kind, subject, body, seq, now.UnixMs, ttlMs);
    }

    /// <summary>The words of an earlier record of this key, with the next number and the time of now.</summary>
    /// <param name="record">What is said again: kind, subject, body and how long it lives.</param>
    /// <param name="now">The time that the new one bears.</param>
    /// <param name="clockTrusted">As for <see cref="Make"/>.</param>
    public Record Again(Record record, Instant now, bool clockTrusted = true)
    {
        var seq = sequence.Next(clockTrusted ? now.UnixMs : 0);
        return EnvelopeCodec.Write(
            signer, network, record.Kind, record.Subject, ByteString.CopyFrom(record.Body), seq, now.UnixMs,
            record.TtlMs);
    }

    /// <summary>A record of this key, newer than any that was made here, came back from the network: number above
    /// it.</summary>
    public void JumpAbove(Record record) => sequence.JumpAbove(record.Seq);
}
