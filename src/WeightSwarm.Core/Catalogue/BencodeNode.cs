using System.Buffers.Text;

namespace WeightSwarm.Core.Catalogue;

/// <summary>One value of a document. Accessors of another kind answer "no" or nothing; they never throw.</summary>
public readonly struct BencodeNode
{
    private readonly BencodeDocument _document;
    private readonly int _index;

    internal BencodeNode(BencodeDocument document, int index)
    {
        _document = document;
        _index = index;
    }

    /// <summary>What it is.</summary>
    public BencodeKind Kind => Token.Kind;

    /// <summary>The content of a string; for the other kinds the value as it is spelled, delimiters included.</summary>
    public ReadOnlyMemory<byte> Memory => _document.Bytes[Token.Start..Token.End];

    /// <summary>As <see cref="Memory"/>.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>Reads an integer, or says no.</summary>
    public bool TryInteger(out long value)
    {
        value = 0;
        return Kind == BencodeKind.Number && Utf8Parser.TryParse(Span[1..^1], out value, out _);
    }

    /// <summary>Reads the content of a string, or says no.</summary>
    public bool TryString(out ReadOnlyMemory<byte> value)
    {
        value = Kind == BencodeKind.Text ? Memory : default;
        return Kind == BencodeKind.Text;
    }

    /// <summary>The value under a key of a dictionary, or no.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out BencodeNode value)
    {
        foreach (var pair in Pairs)
        {
            value = pair.Value;
            if (pair.Key.Span.SequenceEqual(key)) return true;
        }
        value = default;
        return false;
    }

    /// <summary>The values of a list in order; none for the other kinds.</summary>
    public IEnumerable<BencodeNode> Items
    {
        get
        {
            if (Kind != BencodeKind.List) yield break;
            for (var at = _index + 1; at < Token.Next; at = _document.Token(at).Next)
                yield return new BencodeNode(_document, at);
        }
    }

    /// <summary>Keys and values of a dictionary, keys ascending; none for the other kinds.</summary>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, BencodeNode>> Pairs
    {
        get
        {
            if (Kind != BencodeKind.Dictionary) yield break;
            for (var at = _index + 1; at < Token.Next; at = _document.Token(at + 1).Next)
                yield return new(new BencodeNode(_document, at).Memory, new BencodeNode(_document, at + 1));
        }
    }

    private BencodeToken Token => _document.Token(_index);
}
