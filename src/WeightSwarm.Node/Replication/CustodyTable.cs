using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// The models in the engine, by id. Custody alone changes it; whoever proves or shows what is held reads it, from any
/// thread.
/// </summary>
public sealed class CustodyTable
{
    private long _bytesProved;

    internal ConcurrentDictionary<Hash256, ModelCustody> Models { get; } = new();

    /// <summary>Read to prove to other nodes what is held, bytes: whole pieces, since this run began.</summary>
    public long BytesProved => Interlocked.Read(ref _bytesProved);

    /// <summary>What an auditor of a model has to know: its content; null when none of it is here.</summary>
    public ModelContent? ContentOf(Hash256 model) => Models.TryGetValue(model, out var custody)
        ? custody.Content : null;

    /// <summary>Whether a slice is held, and whether it lies in the trash, as custody knows it.</summary>
    public (bool Held, bool Trash) StateOf(Hash256 model, int slice) => Models.TryGetValue(model, out var custody)
        ? (custody.Held.Contains(slice), custody.Trash.Contains(slice)) : (false, false);

    /// <summary>Whether a piece is here and verified, be its slice held or not.</summary>
    public bool HasPiece(Hash256 model, int piece) =>
        Models.TryGetValue(model, out var custody) && custody.HasPiece(piece);

    /// <summary>The engine's name for a model; empty when it is not there.</summary>
    public string KeyOf(Hash256 model) => Models.TryGetValue(model, out var custody) ? custody.Key : "";

    /// <summary>Slices that are served from the owner's own files.</summary>
    public int CountInPlace() => Models.Values.Where(c => c.InPlace).Sum(c => c.Held.Count);

    /// <summary>What lies in one donation: held, and in the trash.</summary>
    public (int Held, long HeldBytes, int Trash, long TrashBytes) CountOf(Guid donation)
    {
        var (held, heldBytes, trash, trashBytes) = (0, 0L, 0, 0L);
        foreach (var custody in Models.Values.Where(c => c.Donation == donation))
        {
            held += custody.Held.Count;
            heldBytes += custody.Held.Slices.Sum(custody.Entry.SliceBytes);
            trash += custody.Trash.Count;
            trashBytes += custody.Trash.Slices.Sum(custody.Entry.SliceBytes);
        }
        return (held, heldBytes, trash, trashBytes);
    }

    /// <summary>Bytes of a file as they lie on the disk now; not verified.</summary>
    /// <param name="model">Model id.</param>
    /// <param name="file">Index of the file in torrent order.</param>
    /// <param name="offset">In the file.</param>
    /// <param name="into">Is filled.</param>
    /// <exception cref="IOException">The file is gone, shorter, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public void Read(Hash256 model, int file, long offset, Span<byte> into)
    {
        if (!Models.TryGetValue(model, out var custody)) throw new IOException($"the model {model} is not here");
        var metainfo = custody.Content.Metainfo;
        var path = metainfo.Files[file].Path;
        using var handle = File.OpenHandle(Path.Combine(custody.SaveFolder, metainfo.Name, path));
        ReadAll(handle, path, offset, into);
        Interlocked.Add(ref _bytesProved, into.Length);
    }

    private static void ReadAll(SafeFileHandle handle, string path, long offset, Span<byte> into)
    {
        for (var done = 0; done < into.Length;)
        {
            var read = RandomAccess.Read(handle, into[done..], offset + done);
            if (read == 0) throw new EndOfStreamException($"{path} ends at {offset + done}");
            done += read;
        }
    }

    /// <summary>Every byte of a piece, as it lies on the disk now; not verified.</summary>
    /// <exception cref="IOException">The file is gone, shorter, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public byte[] ReadPiece(Hash256 model, int piece)
    {
        if (!Models.TryGetValue(model, out var custody)) throw new IOException($"the model {model} is not here");
        var metainfo = custody.Content.Metainfo;
        var file = metainfo.Files[metainfo.FileOf(piece)];
        var bytes = new byte[metainfo.PieceBytes(piece)];
        using var handle = File.OpenHandle(Path.Combine(custody.SaveFolder, metainfo.Name, file.Path));
        var offset = (piece - file.FirstPiece) * metainfo.PieceLength;
        ReadAll(handle, file.Path, offset, bytes);
        Interlocked.Add(ref _bytesProved, bytes.Length);
        return bytes;
    }
}
