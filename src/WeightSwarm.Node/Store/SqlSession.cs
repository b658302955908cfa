using Microsoft.Data.Sqlite;

namespace WeightSwarm.Node.Store;

/// <summary>Runs statements of one unit of work. Lives only inside <see cref="Database"/>'s lock.</summary>
internal sealed class SqlSession(SqliteConnection connection, SqliteTransaction? transaction)
{
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
        command.Transaction = transaction;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
