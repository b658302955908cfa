namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// The paths of one model, watched for collisions: the same path twice, two spellings that differ only in case, and a
/// name that is both a file and a folder. Fastest when paths come in torrent order.
/// </summary>
public sealed class PathSet
{
    private readonly SortedDictionary<string, (string Spelling, bool IsFile)> _names =
        new(StringComparer.OrdinalIgnoreCase);

    private string _folder = "";

    /// <summary>Adds a file's path, whose form is good already; null, or what it collides with.</summary>
    public string? Add(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash >= 0 && FolderFault(path[..slash]) is { } fault) return fault;
        if (_names.TryAdd(path, (path, true))) return null;
        return Collision(path, _names[path].Spelling);
    }

    private string? FolderFault(string folder)
    {
        if (folder == _folder) return null;
        for (var end = folder.IndexOf('/'); ; end = folder.IndexOf('/', end + 1))
        {
            var name = end < 0 ? folder : folder[..end];
            if (!_names.TryAdd(name, (name, false)))
            {
                var (spelling, isFile) = _names[name];
                if (isFile) return $"'{spelling}' is both a file and a folder";
                if (spelling != name) return Collision(name, spelling);
            }
            if (end < 0) break;
        }
        _folder = folder;
        return null;
    }

    private static string Collision(string path, string other) => path == other
        ? $"'{path}' stands there twice, or is both a file and a folder"
        : $"'{path}' and '{other}' differ only in upper and lower case";
}
