using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WeightSwarm.Node.Store;

/// <summary>
/// The one connection to the database file, behind a lock. A write is durable (WAL, synchronous=FULL) before it
/// returns. Damage found at any time turns into <see cref="StoreCorruptException"/>, and from then on nothing is
/// written.
/// </summary>
internal sealed class Database : IDisposable
{
    private const int NoCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE

    // PERM, BUSY, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL: the machine's doing. Any other code is a bug of ours.
    private static readonly int[] MachineErrors = [3, 5, 8, 10, 13, 14, 15];

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private StoreCorruptException? _damage;

    private Database(SqliteConnection connection, string path) => (_connection, _path) = (connection, path);

    /// <summary>Checks the file, creates or migrates it, and opens it for reading and writing.</summary>
    /// <exception cref="StoreCorruptException">The file is damaged, or no database.</exception>
    /// <exception cref="StoreException">The file is newer than this program, or cannot be opened.</exception>
    internal static Database Open(string path)
    {
        SqliteLibrary.Use();
        var version = DatabaseCheck.VersionOf(path);
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWriteCreate));
        var database = new Database(connection, path);
        try
        {
            database.Guard(() => Prepare(connection, version));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads; the session must not leave <paramref name="work"/>.</summary>
    internal T Read<T>(Func<SqlSession, T> work)
    {
        lock (_lock) return Guard(() => work(new SqlSession(_connection)));
    }

    /// <summary>Does all of <paramref name="work"/> or nothing; it is on disk when this returns.</summary>
    internal T Write<T>(Func<SqlSession, T> work)
    {
        lock (_lock)
            return Guard(() =>
            {
                var session = new SqlSession(_connection);
                return session.InTransaction(() => work(session));
            });
    }

    /// <summary>Runs one statement in a transaction of its own; answers the number of rows changed.</summary>
    internal int Write(string sql, params (string Name, object? Value)[] values) =>
        Write(session => session.Execute(sql, values));

    /// <summary>Closes the file; a healthy one is checkpointed, a damaged one is left alone.</summary>
    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    internal static string ConnectionString(string path, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = false,
        ForeignKeys = true,
        DefaultTimeout = 10,
    }.ToString();

    private static bool Prepare(SqliteConnection connection, int version)
    {
        connection.Open();
        var session = new SqlSession(connection);
        session.Execute("PRAGMA busy_timeout = 5000");
        session.Execute("PRAGMA journal_mode = WAL");
        session.Execute("PRAGMA synchronous = FULL");
        DatabaseSchema.Apply(connection, version);
        return true;
    }

    private T Guard<T>(Func<T> work)
    {
        if (_damage is not null) throw new StoreCorruptException(_path, _damage.Message, _damage);
        try
        {
            return work();
        }
        catch (SqliteException e) when (DatabaseCheck.IsDamage(e))
        {
            raw.sqlite3_db_config(_connection.Handle, NoCheckpointOnClose, 1, out _);
            _damage = new StoreCorruptException(_path, e.Message, e);
            throw _damage;
        }
        catch (SqliteException e) when (MachineErrors.Contains(e.SqliteErrorCode))
        {
            throw new StoreException(
                $"the database {_path} cannot be used: {e.Message.TrimEnd('.')}. " +
                "Check the free space and the permissions of its folder", e);
        }
    }
}
