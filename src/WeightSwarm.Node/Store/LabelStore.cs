namespace WeightSwarm.Node.Store;

/// <summary>What an owner says of a node, so that copies do not lie together.</summary>
/// <param name="Operator">Whose it is; empty: not said.</param>
/// <param name="Site">Where it stands; empty: not said.</param>
/// <param name="Asn">The autonomous system that it is in; 0: not said.</param>
/// <param name="Country">The country that it stands in, ISO 3166-1 alpha-2 in capitals; empty: not said.</param>
public sealed record NodeLabels(string Operator, string Site, uint Asn, string Country)
{
    /// <summary>Nothing is said.</summary>
    public static NodeLabels None { get; } = new("", "", 0, "");
}

/// <summary>Keeps the node's labels. May be called from any thread.</summary>
public sealed class LabelStore
{
    private readonly Database _database;

    internal LabelStore(Database database) => _database = database;

    /// <summary>The labels; <see cref="NodeLabels.None"/> at first.</summary>
    public NodeLabels Get() => _database.Read(session => session.QueryOne(
        "SELECT operator, site, asn, country FROM label",
        row => new NodeLabels(row.GetString(0), row.GetString(1), (uint)row.GetInt64(2), row.GetString(3))))
        ?? NodeLabels.None;

    /// <summary>Replaces them. Durable.</summary>
    public void Save(NodeLabels labels) => _database.Write(session => session.Execute(
        "INSERT OR REPLACE INTO label (id, operator, site, asn, country) VALUES (1, $operator, $site, $asn, $country)",
        ("$operator", labels.Operator), ("$site", labels.Site), ("$asn", (long)labels.Asn),
        ("$country", labels.Country)));
}
