using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Store;

/// <summary>The register that a record lives in: one value for each (author, kind, subject).</summary>
/// <param name="Author">Id of the author's key.</param>
/// <param name="Kind">The kind's number on the wire, known to this version or not.</param>
/// <param name="Subject">Meaning by kind; at most 64 bytes.</param>
public sealed record RecordRegister(NodeId Author, uint Kind, ReadOnlyMemory<byte> Subject);

/// <summary>One accepted record as it lies in the store. Immutable.</summary>
/// <param name="Register">Which register it fills.</param>
/// <param name="Seq">The author's sequence number.</param>
/// <param name="ExpiresMs">Unix milliseconds after which it is dead.</param>
/// <param name="Envelope">The bytes as received.</param>
public sealed record StoredRecord(RecordRegister Register, ulong Seq, long ExpiresMs, ReadOnlyMemory<byte> Envelope);

/// <summary>
/// Keeps the accepted records of the network. It decides nothing: which of two records wins is Core's business, and
/// what is given here replaces what was there. May be called from any thread.
/// </summary>
public sealed class RecordStore
{
    private readonly Database _database;

    internal RecordStore(Database database) => _database = database;

    /// <summary>
    /// Writes all of the records in one transaction; a later one of the same register replaces an earlier one.
    /// </summary>
    public void Upsert(IEnumerable<StoredRecord> records) => _database.Write(session =>
    {
        session.ExecuteEach(
            "INSERT INTO record (author, kind, subject, seq, expires_ms, envelope) " +
            "VALUES ($author, $kind, $subject, $seq, $expires, $envelope) " +
            "ON CONFLICT DO UPDATE SET " +
            "seq = excluded.seq, expires_ms = excluded.expires_ms, envelope = excluded.envelope",
            records,
            record => [
                .. Key(record.Register), ("$seq", Columns.Signed(record.Seq)), ("$expires", record.ExpiresMs),
                ("$envelope", record.Envelope.ToArray())]);
        return true;
    });

    /// <summary>Every record, ordered by register.</summary>
    public IReadOnlyList<StoredRecord> LoadAll() => _database.Read(session => session.Query(
        "SELECT author, kind, subject, seq, expires_ms, envelope FROM record ORDER BY author, kind, subject",
        row => new StoredRecord(
            new RecordRegister(row.Node(0), (uint)row.GetInt64(1), row.Bytes(2)),
            row.Unsigned(3), row.GetInt64(4), row.Bytes(5))));

    /// <summary>How many records there are.</summary>
    public long Count() => _database.Read(session => session.Scalar("SELECT count(*) FROM record")) ?? 0;

    /// <summary>Removes the records of these registers in one transaction.</summary>
    public void Delete(IEnumerable<RecordRegister> registers) => _database.Write(session =>
    {
        session.ExecuteEach(
            "DELETE FROM record WHERE author = $author AND kind = $kind AND subject = $subject", registers, Key);
        return true;
    });

    private static (string Name, object? Value)[] Key(RecordRegister register) => [
        ("$author", register.Author.Hash.ToArray()), ("$kind", (long)register.Kind),
        ("$subject", register.Subject.ToArray())];
}
