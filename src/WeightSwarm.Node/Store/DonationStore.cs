using WeightSwarm.Node.Donations;

namespace WeightSwarm.Node.Store;

/// <summary>Keeps the list of donations. May be called from any thread.</summary>
public sealed class DonationStore
{
    private readonly Database _database;

    internal DonationStore(Database database) => _database = database;

    /// <summary>Every donation, the oldest first.</summary>
    public IReadOnlyList<Donation> List() => _database.Read(session => session.Query(
        "SELECT id, path, quota_bytes, reserve_bytes, created_ms, is_returning, since_ms, reason, deadline_ms " +
        "FROM donation LEFT JOIN donation_drain ON donation_drain.donation = donation.id " +
        "LEFT JOIN donation_deadline ON donation_deadline.donation = donation.id ORDER BY created_ms, path",
        row => new Donation(
            row.Id(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetBoolean(5),
            row.IsDBNull(6) ? null : new Drain(row.GetInt64(6), row.GetString(7)))
        {
            DeadlineMs = row.IsDBNull(8) ? null : row.GetInt64(8),
        }));

    /// <summary>Adds the donation, or replaces the one with its id. Durable.</summary>
    public void Save(Donation donation) => _database.Write(session =>
    {
        var id = ("$id", (object?)Columns.Of(donation.Id));
        session.Execute(
            "INSERT INTO donation (id, path, quota_bytes, reserve_bytes, created_ms, is_returning) " +
            "VALUES ($id, $path, $quota, $reserve, $created, $returning) " +
            "ON CONFLICT (id) DO UPDATE SET path = excluded.path, quota_bytes = excluded.quota_bytes, " +
            "reserve_bytes = excluded.reserve_bytes, is_returning = excluded.is_returning",
            id, ("$path", donation.Path), ("$quota", donation.QuotaBytes), ("$reserve", donation.ReserveBytes),
            ("$created", donation.CreatedMs), ("$returning", donation.Returning));
        session.Execute("DELETE FROM donation_drain WHERE donation = $id", id);
        if (donation.Drain is { } drain)
            session.Execute(
                "INSERT INTO donation_drain (donation, since_ms, reason) VALUES ($id, $since, $reason)",
                id, ("$since", drain.SinceMs), ("$reason", drain.Reason));
        session.Execute("DELETE FROM donation_deadline WHERE donation = $id", id);
        if (donation.DeadlineMs is { } deadline)
            session.Execute(
                "INSERT INTO donation_deadline (donation, deadline_ms) VALUES ($id, $deadline)",
                id, ("$deadline", deadline));
        return true;
    });

    /// <summary>The generation of the donation that the store knows; 0 at first.</summary>
    public long Generation(Guid id) => _database.Read(session => session.Scalar(
        "SELECT number FROM donation_generation WHERE donation = $id", ("$id", Columns.Of(id)))) ?? 0;

    /// <summary>Durable when it returns.</summary>
    public void SaveGeneration(Guid id, long number) => _database.Write(
        "INSERT INTO donation_generation (donation, number) VALUES ($id, $number) " +
        "ON CONFLICT (donation) DO UPDATE SET number = excluded.number",
        ("$id", Columns.Of(id)), ("$number", number));

    /// <summary>
    /// Forgets a donation that holds nothing more; answers false, and forgets nothing, while a local model lies in it.
    /// </summary>
    public bool Delete(Guid id) => _database.Write(session =>
    {
        var inUse = session.Scalar(
            "SELECT count(*) FROM local_model WHERE donation = $id", ("$id", Columns.Of(id))) > 0;
        if (!inUse) session.Execute("DELETE FROM donation WHERE id = $id", ("$id", Columns.Of(id)));
        return !inUse;
    });
}
