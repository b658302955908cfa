using System.Text;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed class RecordStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Upsert_Records_ComeBackAfterReopening()
    {
        var records = new[]
        {
            Record("a", 3, "", seq: 5, expires: 100, "one"),
            Record("a", 4, "model", seq: ulong.MaxValue, expires: long.MaxValue, "two"),
            Record("a", 4_000_000_000, "unknown kind", seq: 0, expires: 0, ""),
        };
        using (var store = StoreFiles.Open(_folder)) store.Records.Upsert(records);

        using var again = StoreFiles.Open(_folder);
        Assert.Equal(records.Select(Show).Order(), again.Records.LoadAll().Select(Show).Order());
        Assert.Equal(3, again.Records.Count());
    }

    [Fact]
    public void Upsert_SameRegister_ReplacesAlsoWithinOneBatch()
    {
        using var store = StoreFiles.Open(_folder);
        store.Records.Upsert([Record("a", 3, "", 9, 100, "first")]);
        store.Records.Upsert([Record("a", 3, "", 1, 50, "second"), Record("a", 3, "", 2, 60, "third")]);
        Assert.Equal([Show(Record("a", 3, "", 2, 60, "third"))], store.Records.LoadAll().Select(Show));
    }

    [Fact]
    public void Upsert_FailingBatch_WritesNothingOfIt()
    {
        using var store = StoreFiles.Open(_folder);
        Assert.Throws<TimeZoneNotFoundException>(() => store.Records.Upsert(Failing()));
        Assert.Equal(0, store.Records.Count());
        store.Records.Upsert([Record("b", 3, "", 1, 1, "")]);
        Assert.Equal(1, store.Records.Count());
    }

    [Fact]
    public void Upsert_CrashAfterReturn_LosesNothing()
    {
        using var store = StoreFiles.Open(_folder);
        store.Records.Upsert(Enumerable.Range(0, 5_000).Select(n => Record($"{n}", 5, "", 1, n, new string('x', 300))));
        using var crashed = StoreFiles.CopyOf(_folder);
        using var after = StoreFiles.Open(crashed);
        Assert.Equal(5_000, after.Records.Count());
    }

    [Fact]
    public void Delete_Registers_RemovesExactlyThose()
    {
        using var store = StoreFiles.Open(_folder);
        var (a, b, c) = (Record("a", 3, "", 1, 1, ""), Record("a", 4, "", 1, 1, ""), Record("a", 3, "s", 1, 1, ""));
        store.Records.Upsert([a, b, c]);
        store.Records.Delete([a.Register, Record("z", 1, "", 1, 1, "").Register]);
        Assert.Equal(new[] { b, c }.Select(Show).Order(), store.Records.LoadAll().Select(Show).Order());
    }

    private static IEnumerable<StoredRecord> Failing()
    {
        yield return Record("a", 3, "", 1, 1, "");
        throw new TimeZoneNotFoundException("in the middle of the batch");
    }

    private static StoredRecord Record(
        string author, uint kind, string subject, ulong seq, long expires, string bytes) => new(
            new RecordRegister(NodeId.Of(Encoding.UTF8.GetBytes(author)), kind, Encoding.UTF8.GetBytes(subject)),
            seq, expires, Encoding.UTF8.GetBytes(bytes));

    private static string Show(StoredRecord record)
    {
        var (author, kind, subject) = record.Register;
        return $"{author} {kind} {Encoding.UTF8.GetString(subject.Span)} {record.Seq} {record.ExpiresMs} " +
            Encoding.UTF8.GetString(record.Envelope.Span);
    }
}
