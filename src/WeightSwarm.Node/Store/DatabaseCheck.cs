using System.Globalization;
using Microsoft.Data.Sqlite;

namespace WeightSwarm.Node.Store;

/// <summary>Looks at a database file without writing to it.</summary>
internal static class DatabaseCheck
{
    private const int Corrupt = 11, NotADatabase = 26; // SQLITE_CORRUPT, SQLITE_NOTADB

    /// <summary>Whether SQLite says that the file itself is wrong.</summary>
    internal static bool IsDamage(SqliteException e) => e.SqliteErrorCode is Corrupt or NotADatabase;

    /// <summary>The schema version of a healthy file, or 0 when there is none yet.</summary>
    /// <exception cref="StoreCorruptException">The file is damaged, or no database.</exception>
    /// <exception cref="StoreException">The file belongs to something else or to a newer version, or cannot be
    /// read.</exception>
    internal static int VersionOf(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            // SQLite would delete the log of an emptied file, and with it what can still be saved.
            if (File.Exists(path + "-wal") && new FileInfo(path + "-wal").Length > 0)
                throw new StoreCorruptException(path, "it is empty or gone, but its log is there");
            return 0;
        }
        try
        {
            return Inspect(path);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            throw new StoreCorruptException(path, e.Message, e);
        }
        catch (SqliteException e)
        {
            throw new StoreException(
                $"the database {path} cannot be read: {e.Message.TrimEnd('.')}. Check its owner and permissions", e);
        }
    }

    private static int Inspect(string path)
    {
        using var connection = new SqliteConnection(Database.ConnectionString(path, SqliteOpenMode.ReadOnly));
        connection.Open();
        var session = new SqlSession(connection);
        var findings = session.Query("PRAGMA quick_check(3)", row => row.GetString(0));
        if (findings is not ["ok"]) throw new StoreCorruptException(path, string.Join("; ", findings));
        var version = (int)(session.Scalar("PRAGMA user_version") ?? 0);
        var isOurs = session.Scalar("PRAGMA application_id") == DatabaseSchema.ApplicationId;
        var isEmpty = session.Scalar("SELECT count(*) FROM sqlite_schema") == 0;
        if (isEmpty && version == 0) return 0;
        if (!isOurs) throw new StoreException($"{path} is a database of another program: move it away, or choose " +
            "another --state");
        if (version > DatabaseSchema.Newest) throw Newer(path, version);
        return version;
    }

    private static StoreException Newer(string path, int version) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"the database {path} has version {version}; this weightswarm knows versions up to {DatabaseSchema.Newest}. ") +
        "It has not been touched: install the newer weightswarm again");
}
