namespace WeightSwarm.Node.Store;

/// <summary>That the owner wants the node to hand over everything.</summary>
/// <param name="SinceMs">Since when, Unix milliseconds.</param>
/// <param name="DeadlineMs">From then on nothing waits for other nodes; null: never.</param>
public sealed record DrainOrder(long SinceMs, long? DeadlineMs);

/// <summary>Keeps whether the node drains. May be called from any thread.</summary>
public sealed class DrainStore
{
    private readonly Database _database;

    internal DrainStore(Database database) => _database = database;

    /// <summary>The order, or null for a node that does not drain.</summary>
    public DrainOrder? Get() => _database.Read(session => session.QueryOne(
        "SELECT since_ms, deadline_ms FROM drain",
        row => new DrainOrder(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1))));

    /// <summary>Replaces the order; null ends it. Durable.</summary>
    public void Save(DrainOrder? order) => _database.Write(session =>
    {
        session.Execute("DELETE FROM drain");
        return order is null ? 0 : session.Execute(
            "INSERT INTO drain (id, since_ms, deadline_ms) VALUES (1, $since, $deadline)",
            ("$since", order.SinceMs), ("$deadline", order.DeadlineMs));
    });
}
