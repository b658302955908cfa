using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// Writes bencoding (BEP 3) forward. The caller writes the keys of a dictionary in ascending byte order and closes what
/// it opens; what comes out is checked by whoever reads it.
/// </summary>
public sealed class BencodeWriter
{
    private readonly ArrayBufferWriter<byte> _out = new();

    /// <summary>Begins a dictionary; <see cref="End"/> ends it.</summary>
    public BencodeWriter Dictionary() => Raw("d"u8);

    /// <summary>Begins a list; <see cref="End"/> ends it.</summary>
    public BencodeWriter List() => Raw("l"u8);

    /// <summary>Ends the innermost dictionary or list.</summary>
    public BencodeWriter End() => Raw("e"u8);

    /// <summary>A byte string, as key or value.</summary>
    public BencodeWriter Bytes(ReadOnlySpan<byte> value)
    {
        Decimal(value.Length);
        return Raw(":"u8).Raw(value);
    }

    /// <summary>A text in UTF-8.</summary>
    public BencodeWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>An integer.</summary>
    public BencodeWriter Number(long value)
    {
        Raw("i"u8).Decimal(value);
        return End();
    }

    /// <summary>Bytes that are bencoding already.</summary>
    public BencodeWriter Raw(ReadOnlySpan<byte> bencoded)
    {
        _out.Write(bencoded);
        return this;
    }

    /// <summary>What was written so far.</summary>
    public byte[] ToArray() => _out.WrittenSpan.ToArray();

    private void Decimal(long value)
    {
        Utf8Formatter.TryFormat(value, _out.GetSpan(20), out var written);
        _out.Advance(written);
    }
}
