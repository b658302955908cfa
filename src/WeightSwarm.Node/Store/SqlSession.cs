using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WeightSwarm.Node.Store;

/// <summary>Runs statements of one unit of work. Lives only inside <see cref="Database"/>'s lock.</summary>
internal sealed class SqlSession(SqliteConnection connection)
{
    /// <summary>Commits all of <paramref name="work"/>, or nothing of it when it throws.</summary>
    internal T InTransaction<T>(Func<T> work)
    {
        // Not by SqliteTransaction: it breaks for good when SQLite has already rolled back by itself (a full disk).
        Execute("BEGIN IMMEDIATE");
        try
        {
            var result = work();
            Execute("COMMIT");
            return result;
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0) Execute("ROLLBACK");
            throw;
        }
    }

    /// <summary>Runs one statement; answers the number of rows changed.</summary>
    internal int Execute(string sql, params (string Name, object? Value)[] values)
    {
        using var command = Prepare(sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs one prepared statement for each item.</summary>
    internal void ExecuteEach<T>(string sql, IEnumerable<T> items, Func<T, (string Name, object? Value)[]> bind)
    {
        using var command = Prepare(sql, []);
        foreach (var item in items)
        {
            command.Parameters.Clear();
            foreach (var (name, value) in bind(item)) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
            command.ExecuteNonQuery();
        }
    }

    /// <summary>Every row, mapped.</summary>
    internal List<T> Query<T>(
        string sql, Func<SqliteDataReader, T> map, params (string Name, object? Value)[] values)
    {
        using var command = Prepare(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(map(reader));
        return rows;
    }

    /// <summary>The first row, mapped, or null.</summary>
    internal T? QueryOne<T>(string sql, Func<SqliteDataReader, T> map, params (string Name, object? Value)[] values)
        where T : class
    {
        using var command = Prepare(sql, values);
        using var reader = command.ExecuteReader();
        return reader.Read() ? map(reader) : null;
    }

    /// <summary>The first column of the first row as an integer, or null.</summary>
    internal long? Scalar(string sql, params (string Name, object? Value)[] values)
    {
        using var command = Prepare(sql, values);
        return command.ExecuteScalar() is long number ? number : null;
    }

    private SqliteCommand Prepare(string sql, (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
