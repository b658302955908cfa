using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>Weight files as their formats describe them, put together without any code of the product.</summary>
internal static class WeightBytes
{
    /// <summary>A safetensors file of these tensors, in this order; data is zeros.</summary>
    public static byte[] Safetensors(params (string Name, string Dtype, long[] Shape, int Bytes)[] tensors)
    {
        var entries = new List<string> { """ "__metadata__":{"format":"pt"}""" };
        var at = 0;
        foreach (var (name, dtype, shape, bytes) in tensors)
        {
            var offsets = $"[{at},{at += bytes}]";
            entries.Add($$"""
                "{{name}}":{"dtype":"{{dtype}}","shape":[{{string.Join(',', shape)}}],"data_offsets":{{offsets}}}
                """);
        }
        return Safetensors("{" + string.Join(',', entries) + "}", at);
    }

    /// <summary>A safetensors file with this header.</summary>
    public static byte[] Safetensors(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)json.Length);
        json.CopyTo(file, 8);
        return file;
    }

    /// <summary>Two tensors, one of them a scalar, 10 parameters, 26 bytes of data.</summary>
    public static byte[] SmallSafetensors() =>
        Safetensors(("a.weight", "F16", [3, 3], 18), ("b", "F64", [], 8));

    /// <summary>An index of so many tensors in turn in so many shards.</summary>
    public static byte[] Index(int tensors, int shards, string prefix = "model.layers.")
    {
        var text = new StringBuilder("{\"metadata\": {\"total_size\": 123}, \"weight_map\": {\n");
        for (var i = 0; i < tensors; i++)
            text.Append(CultureInfo.InvariantCulture,
                $"  \"{prefix}{i}.weight\": \"model-{i % shards + 1:00000}-of-{shards:00000}.safetensors\"")
                .Append(i == tensors - 1 ? "\n" : ",\n");
        return Encoding.UTF8.GetBytes(text.Append("}}\n").ToString());
    }

    /// <summary>A pickle's opcodes: texts as ASCII, numbers as bytes.</summary>
    public static byte[] Pickle(params object[] parts) =>
        [.. parts.SelectMany(p => p is string text ? Encoding.Latin1.GetBytes(text) : [(byte)(int)p])];

    /// <summary>What torch.save writes for {"w": tensor}, protocol 2.</summary>
    public static byte[] TorchPickle() => Pickle(
        0x80, 2, "ccollections\nOrderedDict\n", "q", 0, ")Rq", 1, "X", 1, 0, 0, 0, "w", "q", 2,
        "ctorch._utils\n_rebuild_tensor_v2\n", "q", 3, "((", "X", 7, 0, 0, 0, "storage", "q", 4,
        "ctorch\nFloatStorage\n", "q", 5, "X", 1, 0, 0, 0, "0", "q", 6, "X", 3, 0, 0, 0, "cpu", "q", 7, "K", 4, "tq", 8,
        "QK", 0, "K", 2, "K", 2, 0x86, "q", 9, "K", 2, "K", 1, 0x86, "q", 10, 0x89, "h", 0, ")Rq", 11, "tq", 12,
        "Rq", 13, "s.");
}

/// <summary>Writes GGUF of any version and byte order.</summary>
internal sealed class GgufWriter(uint version, bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public static byte[] Small(uint version, bool bigEndian) => new GgufWriter(version, bigEndian)
        .Start(2, 5)
        .Text("general.architecture").U32(8).Text("llama")
        .Text("general.alignment").U32(4).U32(64)
        .Text("tokens").U32(9).U32(8).Size(2).Text("x").Text("yz")
        .Text("nested").U32(9).U32(9).Size(2).U32(4).Size(1).U32(7).U32(0).Size(3).Raw([1, 2, 3])
        .Text("f").U32(6).U32(0)
        .Text("blk.0.w").U32(2).Size(256).Size(2).U32(12).U64(0)
        .Text("norm").U32(1).Size(3).U32(0).U64(320)
        .Data(64, 320 + 12);

    public GgufWriter Start(ulong tensors, ulong keys) => Raw("GGUF"u8).U32(version).Size(tensors).Size(keys);

    public GgufWriter U32(uint value)
    {
        Span<byte> buffer = stackalloc byte[4];
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(buffer, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(buffer, value);
        return Raw(buffer);
    }

    public GgufWriter U64(ulong value)
    {
        Span<byte> buffer = stackalloc byte[8];
        if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(buffer, value);
        else BinaryPrimitives.WriteUInt64LittleEndian(buffer, value);
        return Raw(buffer);
    }

    public GgufWriter Size(ulong value) => version == 1 ? U32((uint)value) : U64(value);

    public GgufWriter Text(string text) =>
        Size((ulong)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public GgufWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Pads, and appends so many zeros.</summary>
    public byte[] Data(int alignment, int bytes)
    {
        while (_bytes.Count % alignment != 0) _bytes.Add(0);
        _bytes.AddRange(new byte[bytes]);
        return [.. _bytes];
    }
}
