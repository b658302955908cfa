using System.IO.Compression;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>Archives such as torch.save writes.</summary>
internal static class ZipBytes
{
    /// <summary>An archive with a pickle of tensors, deflated or not.</summary>
    public static byte[] Archive(bool deflated) =>
        Archive(
            deflated, ("m/data.pkl", WeightBytes.TorchPickle()), ("m/data/0", new byte[100]),
            ("m/version", [(byte)'3']));

    /// <summary>An archive of these members.</summary>
    public static byte[] Archive(bool deflated, params (string Name, byte[] Content)[] members)
    {
        var level = deflated ? CompressionLevel.Optimal : CompressionLevel.NoCompression;
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in members)
                using (var stream = zip.CreateEntry(name, level).Open())
                    stream.Write(content);
        return bytes.ToArray();
    }
}
