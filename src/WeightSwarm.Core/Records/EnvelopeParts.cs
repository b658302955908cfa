using Google.Protobuf;

namespace WeightSwarm.Core.Records;

/// <summary>
/// Where the parts of an envelope lie in its bytes. A node keeps tens of thousands of records: their bytes once, and
/// not each part again in an array of its own.
/// </summary>
/// <param name="Author">The author's key.</param>
/// <param name="Subject">The subject; may be empty.</param>
/// <param name="Body">The body; may be empty.</param>
/// <param name="Signature">The signature.</param>
internal readonly record struct EnvelopeParts(
    EnvelopeParts.Part Author, EnvelopeParts.Part Subject, EnvelopeParts.Part Body, EnvelopeParts.Part Signature)
{
    /// <summary>Some of the bytes.</summary>
    /// <param name="At">Where they begin.</param>
    /// <param name="Length">How many there are.</param>
    internal readonly record struct Part(ushort At, ushort Length)
    {
        /// <summary>The part, of the envelope's bytes.</summary>
        public ReadOnlySpan<byte> In(byte[] bytes) => bytes.AsSpan(At, Length);
    }

    /// <summary>The parts of bytes of which this envelope was read, or to which it was written.</summary>
    /// <param name="bytes">At most <see cref="EnvelopeCodec.MaxBytes"/>, with each field at most once.</param>
    /// <param name="envelope">What they say.</param>
    public static EnvelopeParts Of(byte[] bytes, V1.Envelope envelope)
    {
        var parts = default(EnvelopeParts);
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            input.SkipLastField();
            var end = (int)input.Position;
            parts = WireFormat.GetTagFieldNumber(tag) switch
            {
                V1.Envelope.AuthorFieldNumber => parts with { Author = EndingAt(end, envelope.Author) },
                V1.Envelope.SubjectFieldNumber => parts with { Subject = EndingAt(end, envelope.Subject) },
                V1.Envelope.BodyFieldNumber => parts with { Body = EndingAt(end, envelope.Body) },
                V1.Envelope.SignatureFieldNumber => parts with { Signature = EndingAt(end, envelope.Signature) },
                _ => parts,
            };
        }
        return parts;
    }

    private static Part EndingAt(int end, ByteString value) =>
        new((ushort)(end - value.Length), (ushort)value.Length);
}
