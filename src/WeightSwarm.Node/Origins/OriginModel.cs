using System.Collections.Concurrent;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Replication;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// One model at its origin: where each of its files was last redirected to, and what is wrong with it. May be called
/// from any thread.
/// </summary>
internal sealed class OriginModel(ModelContent content, Origin origin, OriginServer server)
{
    private const int MostWitnesses = 16;

    private readonly ConcurrentDictionary<int, (Uri Target, long UntilMs)> _targets = new();
    private readonly Dictionary<(int File, long Offset), PieceWitness> _witnesses = [];
    private readonly Dictionary<string, int> _files = IndexOf(content.Metainfo);

    public string Name => content.Entry.Model;

    public Hash256 Id => content.Entry.ModelId;

    public Origin Origin => origin;

    public OriginServer Server => server;

    /// <summary>Of this model alone.</summary>
    public OriginHealth Health { get; } = new();

    public MetainfoFile FileAt(int file) => content.Metainfo.Files[file];

    /// <summary>
    /// The file that the engine means by a path below its web seed: the torrent's name, then the file's path; for a
    /// torrent of a single file libtorrent says the name alone, even where the file lies in a folder of that name. -1
    /// when the torrent has no such file.
    /// </summary>
    public int Find(string path)
    {
        var name = content.Metainfo.Name;
        if (content.Metainfo.Files.Length == 1 && path == name) return 0;
        if (path.StartsWith(name + "/", StringComparison.Ordinal)) path = path[(name.Length + 1)..];
        return _files.GetValueOrDefault(path, -1);
    }

    /// <summary>Where to ask for a file: where it was redirected to, or the origin.</summary>
    public Uri UrlOf(int file, long nowMs) =>
        _targets.TryGetValue(file, out var known) && nowMs < known.UntilMs
            ? known.Target : origin.UrlOf(FileAt(file).Path);

    public bool IsRedirected(int file, Uri url) => _targets.TryGetValue(file, out var known) && known.Target == url;

    public void Redirected(int file, Uri target, long untilMs) => _targets[file] = (target, untilMs);

    public void ForgetTarget(int file) => _targets.TryRemove(file, out _);

    /// <summary>Who watches the bytes of a file from there on: whoever saw those just before, or a new one.</summary>
    public PieceWitness WitnessAt(int file, long offset)
    {
        lock (_witnesses)
            return _witnesses.Remove((file, offset), out var known)
                ? known
                : new PieceWitness(content.Metainfo, FileAt(file), offset);
    }

    /// <summary>Keeps a witness for the request that goes on where this one ended: the engine asks in runs of
    /// blocks, and not of pieces.</summary>
    public void Keep(int file, PieceWitness witness)
    {
        lock (_witnesses)
        {
            if (_witnesses.Count >= MostWitnesses)
            {
                foreach (var old in _witnesses.Values) old.Dispose();
                _witnesses.Clear();
            }
            if (_witnesses.Remove((file, witness.Offset), out var same)) same.Dispose();
            _witnesses[(file, witness.Offset)] = witness;
        }
    }

    private static Dictionary<string, int> IndexOf(Metainfo metainfo)
    {
        var files = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < metainfo.Files.Length; i++) files[metainfo.Files[i].Path] = i;
        return files;
    }
}
