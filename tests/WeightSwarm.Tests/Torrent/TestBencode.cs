using System.Globalization;
using System.Text;

namespace WeightSwarm.Tests.Torrent;

/// <summary>Just enough of bencoding (BEP 3) for tests: trusted input, no limits.</summary>
internal sealed class TestBencode
{
    private readonly byte[] _bytes;
    private int _at;

    private TestBencode(byte[] bytes) => _bytes = bytes;

    /// <summary>Where each value of the outermost dictionary lies in the bytes.</summary>
    public static (Dictionary<string, object> Root, Dictionary<string, ReadOnlyMemory<byte>> Raw) Read(byte[] bytes)
    {
        if (bytes.Length == 0 || bytes[0] != 'd')
            throw new FormatException("A dictionary is expected.");
        var reader = new TestBencode(bytes) { _at = 1 };
        var root = new Dictionary<string, object>();
        var raw = new Dictionary<string, ReadOnlyMemory<byte>>();
        while (bytes[reader._at] != 'e')
        {
            var name = Encoding.UTF8.GetString((byte[])reader.Value());
            var start = reader._at;
            root[name] = reader.Value();
            raw[name] = bytes.AsMemory(start, reader._at - start);
        }
        return (root, raw);
    }

    private object Value() => (char)_bytes[_at] switch
    {
        'i' => Number('e', 1),
        'l' => List(),
        'd' => Dictionary(),
        _ => Text(),
    };

    private long Number(char end, int skip)
    {
        _at += skip;
        var start = _at;
        while (_bytes[_at] != end)
            _at++;
        return long.Parse(_bytes.AsSpan(start, _at++ - start), CultureInfo.InvariantCulture);
    }

    private byte[] Text()
    {
        var length = (int)Number(':', 0);
        _at += length;
        return _bytes[(_at - length).._at];
    }

    private List<object> List()
    {
        var list = new List<object>();
        for (_at++; _bytes[_at] != 'e';)
            list.Add(Value());
        _at++;
        return list;
    }

    private Dictionary<string, object> Dictionary()
    {
        var dictionary = new Dictionary<string, object>();
        for (_at++; _bytes[_at] != 'e';)
        {
            var name = Encoding.UTF8.GetString(Text());
            dictionary[name] = Value();
        }
        _at++;
        return dictionary;
    }
}
