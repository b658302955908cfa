using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace WeightSwarm.Core.Catalogue;

/// <summary>Compares the v1 file list of a hybrid with its v2 file tree, padding files (BEP 47) included.</summary>
internal static class MetainfoV1Files
{
    /// <summary>
    /// Null when they agree. Padding behind the last file may be missing: libtorrent up to 2.0.7 left it out.
    /// </summary>
    public static string? Fault(BencodeNode list, ImmutableArray<MetainfoFile> files, out bool tailPadded)
    {
        tailPadded = true;
        if (list.Kind != BencodeKind.List) return "its v1 files are no list";
        using var entries = list.Items.GetEnumerator();
        for (var i = 0; i < files.Length; i++)
        {
            if (!entries.MoveNext()) return $"its v1 files end before '{files[i].Path}' of the file tree";
            if (!IsFile(entries.Current, files[i]))
                return $"its v1 files differ from the file tree at '{files[i].Path}'";
            if (files[i].PadBytes == 0) continue;
            var hasNext = entries.MoveNext();
            if (hasNext && IsPad(entries.Current, files[i].PadBytes)) continue;
            tailPadded = hasNext || i < files.Length - 1;
            if (!tailPadded) continue;
            return $"its v1 files lack {files[i].PadBytes} bytes of padding behind '{files[i].Path}'";
        }
        return entries.MoveNext() ? "its v1 files are more than its file tree has" : null;
    }

    private static bool IsFile(BencodeNode entry, MetainfoFile file) =>
        entry.Pairs.Count() == 2 && HasLength(entry, file.Bytes) && HasPath(entry, file.Path);

    private static bool IsPad(BencodeNode entry, long bytes) =>
        entry.Pairs.Count() == 3 && HasLength(entry, bytes)
        && HasPath(entry, ".pad/" + bytes.ToString(CultureInfo.InvariantCulture))
        && entry.TryGet("attr"u8, out var attr) && attr.TryString(out var flags) && flags.Span.SequenceEqual("p"u8);

    private static bool HasLength(BencodeNode entry, long bytes) =>
        entry.TryGet("length"u8, out var node) && node.TryInteger(out var length) && length == bytes;

    private static bool HasPath(BencodeNode entry, string path)
    {
        if (!entry.TryGet("path"u8, out var node)) return false;
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(path);
        foreach (var item in node.Items)
        {
            if (!item.TryString(out var segment) || segment.IsEmpty || segment.Span.Contains((byte)'/')) return false;
            if (!rest.StartsWith(segment.Span)) return false;
            rest = rest[segment.Length..];
            if (rest.IsEmpty) rest = "/"u8;
            if (rest[0] != '/') return false;
            rest = rest[1..];
        }
        return rest.IsEmpty && node.Items.Any();
    }
}
