using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Store;

/// <summary>A rule by which the owner declines models.</summary>
/// <param name="Number">How the owner calls it; it stays the same while the rule is there.</param>
/// <param name="Rule">What is declined.</param>
/// <param name="SinceMs">Since when, Unix milliseconds.</param>
public sealed record KeptRule(int Number, DeclineRule Rule, long SinceMs);

/// <summary>Keeps the rules by which the owner declines models. May be called from any thread.</summary>
public sealed class DeclineStore
{
    private readonly Database _database;

    internal DeclineStore(Database database) => _database = database;

    /// <summary>The rules by number.</summary>
    public IReadOnlyList<KeptRule> Load() => _database.Read(session => session.Query(
        "SELECT number, licence, larger_than, name, hazard, reason, since_ms FROM decline_rule ORDER BY number",
        row => new KeptRule(
            row.GetInt32(0),
            new DeclineRule
            {
                Licence = row.GetString(1),
                LargerThan = row.GetInt64(2),
                Name = row.GetString(3),
                Hazard = row.GetString(4),
                Reason = row.GetString(5),
            },
            row.GetInt64(6))));

    /// <summary>Adds a rule, durably, and answers its number.</summary>
    public int Add(DeclineRule rule, long sinceMs) => _database.Write(session =>
    {
        session.Execute(
            "INSERT INTO decline_rule (licence, larger_than, name, hazard, reason, since_ms) "
                + "VALUES ($licence, $larger, $name, $hazard, $reason, $since)",
            ("$licence", rule.Licence), ("$larger", rule.LargerThan), ("$name", rule.Name), ("$hazard", rule.Hazard),
            ("$reason", rule.Reason), ("$since", sinceMs));
        return (int)session.Scalar("SELECT last_insert_rowid()")!.Value;
    });

    /// <summary>Takes a rule out, durably; false when there is none of that number.</summary>
    public bool Remove(int number) => _database.Write(session =>
        session.Execute("DELETE FROM decline_rule WHERE number = $number", ("$number", number)) > 0);
}
