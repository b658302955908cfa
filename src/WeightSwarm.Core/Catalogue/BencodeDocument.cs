namespace WeightSwarm.Core.Catalogue;

/// <summary>What a bencoded value is.</summary>
public enum BencodeKind : byte
{
    /// <summary>A signed 64-bit integer.</summary>
    Number,
    /// <summary>A byte string.</summary>
    Text,
    /// <summary>An ordered list.</summary>
    List,
    /// <summary>Byte-string keys to values, keys ascending.</summary>
    Dictionary,
}

/// <summary>Bounds that are checked while reading, before anything is allocated for what they bound.</summary>
/// <param name="Depth">Lists and dictionaries within each other, at least 1.</param>
/// <param name="Values">Values and keys in all, at least 1; each costs 16 bytes of memory.</param>
public readonly record struct BencodeLimits(int Depth, int Values)
{
    /// <summary>32 levels and a million values.</summary>
    public static BencodeLimits Default { get; } = new(32, 1_000_000);
}

/// <summary>
/// A bencoded value (BEP 3), read strictly: keys unique and ascending, integers and lengths without leading zeros,
/// nothing behind the value. So every value has exactly one spelling. Strings are spans into the input; nothing is
/// copied.
/// </summary>
public sealed class BencodeDocument
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly List<BencodeToken> _tokens;

    private BencodeDocument(ReadOnlyMemory<byte> bytes, List<BencodeToken> tokens)
    {
        _bytes = bytes;
        _tokens = tokens;
    }

    /// <summary>Reads the whole input; the caller does not change it while the document is in use.</summary>
    /// <returns>The document, or null and a reason that names the offset.</returns>
    public static BencodeDocument? Parse(ReadOnlyMemory<byte> bytes, BencodeLimits limits, out string reason)
    {
        var tokens = new List<BencodeToken>();
        var scanner = new BencodeScanner(bytes.Span, tokens, limits);
        reason = scanner.Run() ?? "";
        return reason.Length == 0 ? new BencodeDocument(bytes, tokens) : null;
    }

    /// <summary>The outermost value.</summary>
    public BencodeNode Root => new(this, 0);

    internal ReadOnlyMemory<byte> Bytes => _bytes;

    internal BencodeToken Token(int index) => _tokens[index];
}

/// <summary>One value or key: where its bytes lie and which token follows it and everything in it.</summary>
/// <param name="Start">For a string, the offset of its content; else of its first byte.</param>
/// <param name="End">Offset behind the last byte.</param>
/// <param name="Next">Index of the token behind it.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct BencodeToken(int Start, int End, int Next, BencodeKind Kind);
