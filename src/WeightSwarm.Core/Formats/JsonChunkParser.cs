using System.Text;
using System.Text.Json;

namespace WeightSwarm.Core.Formats;

/// <summary>A parser that sees JSON token by token. Only the longest string has to fit into memory.</summary>
public abstract class JsonChunkParser : ChunkParser
{
    /// <summary>The longest string or number, bytes.</summary>
    public const int LongestToken = 16 << 20;
    /// <summary>The deepest nesting.</summary>
    public const int Deepest = 64;

    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = Deepest });
    private byte[] _unescaped = [];

    private protected JsonChunkParser(string file) : base(file, LongestToken)
    {
    }

    /// <summary>Takes one token, which starts at that offset of the file.</summary>
    private protected abstract void Token(ref Utf8JsonReader reader, long at);

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast) => ConsumeJson(window, isLast);

    /// <summary>As <see cref="Consume"/>, for a part of a file that is JSON.</summary>
    private protected int ConsumeJson(ReadOnlySpan<byte> window, bool isLast)
    {
        var reader = new Utf8JsonReader(window, isLast, _state);
        try
        {
            while (!IsDone && reader.Read()) Token(ref reader, Position + reader.TokenStartIndex);
        }
        catch (JsonException e)
        {
            Fail(Position + reader.BytesConsumed, $"it is not JSON: {Reason(e)}");
        }
        _state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    /// <summary>The bytes of a name or string, escapes resolved; a fault and nothing where they are no text.</summary>
    private protected ReadOnlySpan<byte> Text(ref Utf8JsonReader reader, long at)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length];
        try
        {
            return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
        }
        catch (InvalidOperationException)
        {
            Fail(at, "a string escapes half a character");
            return [];
        }
    }

    /// <summary>The start of a text, fit for a message.</summary>
    internal static string Brief(ReadOnlySpan<byte> text)
    {
        const int longest = 100;
        var brief = Encoding.UTF8.GetString(text.Length <= longest ? text : text[..longest]);
        brief = string.Concat(brief.Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= longest ? brief : brief + "…";
    }

    // The exception counts lines from the start of a chunk, which means nothing to anybody.
    private static string Reason(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }
}
