using Microsoft.Data.Sqlite;
using WeightSwarm.Core;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

/// <summary>What tests do to the files behind a store.</summary>
internal static class StoreFiles
{
    internal static readonly StandingTime Time = new(1_800_000_000_000);

    private static readonly string[] Suffixes = ["", "-wal"];

    internal static NodeStore Open(TempFolder folder) => NodeStore.Open(folder.Root, Time);

    internal static string DatabaseIn(TempFolder folder) => folder.At(NodeStore.DatabaseName);

    /// <summary>The files as a crash of the process leaves them, in a folder of their own.</summary>
    internal static TempFolder CopyOf(TempFolder folder)
    {
        var copy = new TempFolder();
        foreach (var suffix in Suffixes)
            if (File.Exists(DatabaseIn(folder) + suffix))
                File.Copy(DatabaseIn(folder) + suffix, DatabaseIn(copy) + suffix);
        return copy;
    }

    /// <summary>
    /// The bytes of the database and its log. An empty log is none, and the -shm file is scratch: neither is data.
    /// </summary>
    internal static string Fingerprint(TempFolder folder) =>
        string.Join(' ', Suffixes.Select(suffix => HashOf(DatabaseIn(folder) + suffix)));

    private static string HashOf(string path) =>
        File.Exists(path) && new FileInfo(path).Length > 0 ? $"{Hash256.Of(File.ReadAllBytes(path))}" : "-";

    /// <summary>Runs SQL on the file from outside; a store opened first has set up the provider.</summary>
    internal static List<string> Sql(string path, params string[] statements)
    {
        using (var folder = new TempFolder())
            Open(folder).Dispose();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        var rows = new List<string>();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            using var reader = command.ExecuteReader();
            while (reader.Read())
                rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(n => reader.GetValue(n))));
        }
        return rows;
    }
}
