using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata as HTTP header fields and back.</summary>
internal static class MetadataCodec
{
    /// <summary>The value of the field that carries the entry: the text, or unpadded base64.</summary>
    /// <exception cref="RpcException">The key is reserved, or the text is not printable ASCII.</exception>
    public static string FieldValue(Metadata.Entry entry)
    {
        if (HeaderNames.IsReserved(entry.Key))
            throw Error($"metadata key '{entry.Key}' is reserved for the protocol; take another one");
        if (entry.IsBinary) return Convert.ToBase64String(entry.ValueBytes).TrimEnd('=');
        if (entry.Value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw Error($"metadata '{entry.Key}' is not printable ASCII; send it under a key in -bin");
        return entry.Value;
    }

    /// <summary>Adds one received field; reserved names and names that are no legal keys are passed over.</summary>
    /// <exception cref="RpcException">A binary value is not base64.</exception>
    public static void AddField(Metadata metadata, string name, IEnumerable<string?> values)
    {
        if (HeaderNames.IsReserved(name)) return;
        var key = name.ToLowerInvariant();
        if (!Metadata.Entry.IsLegalKey(key)) return;
        var binary = key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal);
        foreach (var value in values)
        {
            if (value is null) continue;
            if (!binary) metadata.Add(key, value);
            else foreach (var part in value.Split(',')) metadata.Add(key, DecodeBase64(key, part.Trim()));
        }
    }

    private static byte[] DecodeBase64(string key, string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length)
            ? bytes[..length]
            : throw Error($"metadata '{key}' is not base64");
    }

    private static RpcException Error(string detail) => new(new Status(StatusCode.Internal, detail));
}
