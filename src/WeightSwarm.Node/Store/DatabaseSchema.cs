using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace WeightSwarm.Node.Store;

/// <summary>
/// The schema and its history: a fresh file runs Schema.sql, an older one runs the migrations above its user_version.
/// </summary>
internal static class DatabaseSchema
{
    /// <summary>"WSwm": tells the file apart from other SQLite databases.</summary>
    internal const int ApplicationId = 0x5753776D;

    private static readonly SortedDictionary<int, string> Migrations = ReadMigrations();

    /// <summary>The version that this program writes.</summary>
    internal static int Newest { get; } = Migrations.Keys.Max();

    /// <summary>Makes a fresh file, or brings an older one up to date, in one transaction.</summary>
    /// <param name="connection">Open, in no transaction.</param>
    /// <param name="version">The file's user_version; 0 for a fresh one.</param>
    internal static void Apply(SqliteConnection connection, int version)
    {
        if (version == Newest) return;
        if (version == 0) Run(connection, [Read("Schema.sql")]);
        else Run(connection, Migrations.Where(m => m.Key > version).Select(m => m.Value));
    }

    private static void Run(SqliteConnection connection, IEnumerable<string> scripts)
    {
        var session = new SqlSession(connection);
        session.InTransaction(() =>
        {
            foreach (var script in scripts) session.Execute(script);
            session.Execute($"PRAGMA application_id = {ApplicationId}");
            return session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Newest}"));
        });
    }

    private static SortedDictionary<int, string> ReadMigrations()
    {
        const string prefix = "Migrations/";
        var names = Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(prefix, StringComparison.Ordinal));
        var migrations = new SortedDictionary<int, string>();
        foreach (var name in names)
            migrations.Add(int.Parse(name.AsSpan(prefix.Length, 4), CultureInfo.InvariantCulture), Read(name));
        return migrations;
    }

    private static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is missing from this build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
