namespace WeightSwarm.Node.Store;

/// <summary>The store cannot be used; the message names the file, what is wrong with it, and what to do.</summary>
public class StoreException : IOException
{
    /// <summary>With a message for the owner of the machine.</summary>
    public StoreException(string message) : base(message) { }

    /// <summary>With a message for the owner of the machine, and what caused it.</summary>
    public StoreException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>
/// The database file is damaged. It stays as it is, byte for byte; the message says how to start again without it.
/// </summary>
public sealed class StoreCorruptException : StoreException
{
    /// <summary>The damaged file.</summary>
    public string DatabasePath { get; }

    /// <summary>For the file, with SQLite's own words on what is wrong.</summary>
    public StoreCorruptException(string databasePath, string detail, Exception? inner = null)
        : base(Describe(databasePath, detail), inner!) => DatabasePath = databasePath;

    private static string Describe(string path, string detail)
    {
        var aside = FreeName(path);
        return $"the database {path} is damaged ({detail.TrimEnd('.')}). It has been kept untouched. " +
            $"To start again without it: rename it to {aside} (with {path}-wal and {path}-shm, if they are there), " +
            "start the daemon, then repeat `weightswarm network join` and `weightswarm donate` for each donated " +
            "folder. The identity in node.key and the donated files are kept; records come again from other nodes, " +
            "and every slice in a donated folder, and every folder added in place, is verified again before it is " +
            "advertised.";
    }

    private static string FreeName(string path)
    {
        var n = 1;
        while (File.Exists($"{path}.corrupt-{n}")) n++;
        return $"{path}.corrupt-{n}";
    }
}
