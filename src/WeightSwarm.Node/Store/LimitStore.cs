using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Node.Store;

/// <summary>Keeps the owner's bandwidth limits. May be called from any thread.</summary>
public sealed class LimitStore
{
    private readonly Database _database;

    internal LimitStore(Database database) => _database = database;

    /// <summary>The rules in their order.</summary>
    /// <exception cref="StoreException">A row is not of this program's making.</exception>
    public IReadOnlyList<LimitRule> Load() => _database.Read(session => session.Query(
        "SELECT windows, up_bytes, down_bytes FROM limit_rule ORDER BY rank",
        row => new LimitRule(
            [.. row.GetString(0).Split(LimitRule.Separator, StringSplitOptions.RemoveEmptyEntries).Select(Window)],
            row.IsDBNull(1) ? null : row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt32(2))));

    /// <summary>Replaces the rules, in one transaction.</summary>
    public void Save(IEnumerable<LimitRule> rules) => _database.Write(session =>
    {
        session.Execute("DELETE FROM limit_rule");
        session.ExecuteEach(
            "INSERT INTO limit_rule (windows, up_bytes, down_bytes) VALUES ($windows, $up, $down)", rules,
            rule => [("$windows", rule.When), ("$up", rule.Up), ("$down", rule.Down)]);
        return true;
    });

    private static WeekWindow Window(string text) => WeekWindow.Parse(text)
        ?? throw new StoreException($"the store has a bandwidth limit for '{text}', which is no time of a week");
}
