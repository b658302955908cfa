namespace WeightSwarm.Node.Store;

/// <summary>What an owner says of a node, so that copies do not lie together.</summary>
/// <param name="Operator">Whose it is; empty: not said.</param>
/// <param name="Site">Where it stands; empty: not said.</param>
public sealed record NodeLabels(string Operator, string Site)
{
    /// <summary>Nothing is said.</summary>
    public static NodeLabels None { get; } = new("", "");
}

/// <summary>Keeps the node's labels. May be called from any thread.</summary>
public sealed class LabelStore
{
    private readonly Database _database;

    internal LabelStore(Database database) => _database = database;

    /// <summary>The labels; <see cref="NodeLabels.None"/> at first.</summary>
    public NodeLabels Get() => _database.Read(session => session.QueryOne(
        "SELECT operator, site FROM label", row => new NodeLabels(row.GetString(0), row.GetString(1))))
        ?? NodeLabels.None;

    /// <summary>Replaces them. Durable.</summary>
    public void Save(NodeLabels labels) => _database.Write(session => session.Execute(
        "INSERT OR REPLACE INTO label (id, operator, site) VALUES (1, $operator, $site)",
        ("$operator", labels.Operator), ("$site", labels.Site)));
}
