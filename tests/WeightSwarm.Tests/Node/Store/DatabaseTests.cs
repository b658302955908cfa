using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Tests.Node.Store;

public sealed partial class DatabaseTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string DatabasePath => StoreFiles.DatabaseIn(_folder);

    [Fact]
    public void Open_FileOfVersion1_EqualsAFreshFileAndKeepsItsRows()
    {
        StoreFiles.Sql(
            DatabasePath, Resource("Migrations/0001-first.sql"), "PRAGMA user_version = 1",
            "PRAGMA application_id = 0x5753776D",
            $"INSERT INTO peer VALUES (x'{new string('a', 64)}', '127.0.0.1:7', 5)");

        using (var store = StoreFiles.Open(_folder))
        {
            Assert.Single(store.Peers.Load(10));
            Assert.Empty(store.Peers.LoadAnchors());
        }

        using var fresh = new TempFolder();
        StoreFiles.Open(fresh).Dispose();
        Assert.Equal(SchemaOf(StoreFiles.DatabaseIn(fresh)), SchemaOf(DatabasePath));
    }

    [Fact]
    public void Open_FileOfVersion13_KeepsItsLabels()
    {
        var migrations = Enumerable.Range(1, 13).Select(number => Resource(
            typeof(NodeStore).Assembly.GetManifestResourceNames()
                .Single(n => n.StartsWith($"Migrations/{number:D4}-", StringComparison.Ordinal))));
        StoreFiles.Sql(DatabasePath,
        [
            .. migrations, "PRAGMA user_version = 13", "PRAGMA application_id = 0x5753776D",
            "INSERT INTO label VALUES (1, 'acme', 'attic')",
        ]);
        using var store = StoreFiles.Open(_folder);
        Assert.Equal(new NodeLabels("acme", "attic", 0, ""), store.Labels.Get());
    }

    [Fact]
    public void Migrations_Numbers_RunFromOneWithoutGap()
    {
        var numbers = typeof(NodeStore).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("Migrations/", StringComparison.Ordinal))
            .Select(n => int.Parse(n.AsSpan("Migrations/".Length, 4), CultureInfo.InvariantCulture))
            .Order().ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
        StoreFiles.Open(_folder).Dispose();
        Assert.Equal([$"{numbers[^1]}"], StoreFiles.Sql(DatabasePath, "PRAGMA user_version"));
    }

    [Fact]
    public void Open_NewerVersion_IsRefusedAndUntouched()
    {
        StoreFiles.Open(_folder).Dispose();
        StoreFiles.Sql(DatabasePath, "PRAGMA user_version = 99");
        var before = StoreFiles.Fingerprint(_folder);

        var error = Assert.Throws<StoreException>(() => StoreFiles.Open(_folder));

        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_IsRefusedAndUntouched()
    {
        StoreFiles.Sql(DatabasePath, "CREATE TABLE bookmark (url TEXT)");
        var before = StoreFiles.Fingerprint(_folder);

        var error = Assert.Throws<StoreException>(() => StoreFiles.Open(_folder));

        Assert.Contains("another program", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsKeptUntouchedAndNamedWithTheRemedy()
    {
        File.WriteAllText(DatabasePath, string.Concat(Enumerable.Repeat("not a database ", 1000)));
        File.WriteAllText(DatabasePath + ".corrupt-1", "from last time");
        var before = StoreFiles.Fingerprint(_folder);

        var error = Assert.Throws<StoreCorruptException>(() => StoreFiles.Open(_folder));

        Assert.Equal(DatabasePath, error.DatabasePath);
        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("kept untouched", error.Message, StringComparison.Ordinal);
        Assert.Contains($"rename it to {DatabasePath}.corrupt-2", error.Message, StringComparison.Ordinal);
        Assert.Contains("verified again", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void Open_DamagedPages_AreFoundAndKeptUntouched(double where)
    {
        FillAndClose();
        Damage(where);
        var before = StoreFiles.Fingerprint(_folder);

        Assert.Throws<StoreCorruptException>(() => StoreFiles.Open(_folder));

        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Fact]
    public void Open_TruncatedFile_IsFoundAndKeptUntouched()
    {
        FillAndClose();
        using (var file = File.OpenWrite(DatabasePath)) file.SetLength(file.Length / 2);
        var before = StoreFiles.Fingerprint(_folder);

        Assert.Throws<StoreCorruptException>(() => StoreFiles.Open(_folder));

        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Fact]
    public void Open_EmptiedFileBesideItsLog_IsFoundAndTheLogIsKept()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            store.Records.Upsert(Records(0, 10));
            using var crashed = StoreFiles.CopyOf(_folder);
            File.WriteAllBytes(StoreFiles.DatabaseIn(crashed), []);
            var before = StoreFiles.Fingerprint(crashed);

            Assert.Throws<StoreCorruptException>(() => StoreFiles.Open(crashed));

            Assert.Equal(before, StoreFiles.Fingerprint(crashed));
        }
    }

    [Fact]
    public void Use_DamageWhileOpen_IsReportedAndNothingIsWrittenAfterwards()
    {
        FillAndClose();
        var store = StoreFiles.Open(_folder);
        Damage(0.6);
        var before = StoreFiles.Fingerprint(_folder);

        var first = Assert.Throws<StoreCorruptException>(() => store.Records.LoadAll());
        Assert.Throws<StoreCorruptException>(() => store.Records.Upsert(Records(1000, 1)));
        store.Dispose();

        Assert.Equal(DatabasePath, first.DatabasePath);
        Assert.Equal(before, StoreFiles.Fingerprint(_folder));
    }

    [Fact]
    public void Open_AfterTheDamagedFileWasRenamed_StartsAgain()
    {
        FillAndClose();
        Damage(0.6);
        Assert.Throws<StoreCorruptException>(() => StoreFiles.Open(_folder));
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            if (File.Exists(DatabasePath + suffix))
                File.Move(DatabasePath + suffix, DatabasePath + ".corrupt-1" + suffix);

        using var store = StoreFiles.Open(_folder);
        Assert.Empty(store.Records.LoadAll());
    }

    [Fact]
    public void Open_AfterACrash_SaysSo()
    {
        using (var store = StoreFiles.Open(_folder))
        {
            Assert.True(store.ClosedCleanly, "a fresh store has no crash behind it");
            using var crashed = StoreFiles.CopyOf(_folder);
            using var after = StoreFiles.Open(crashed);
            Assert.False(after.ClosedCleanly);
        }
        using var again = StoreFiles.Open(_folder);
        Assert.True(again.ClosedCleanly);
    }

    [Fact]
    public void Open_FolderThatIsMissing_NamesTheFile()
    {
        var path = _folder.At("missing");
        var error = Assert.Throws<StoreException>(() => NodeStore.Open(path, StoreFiles.Time));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_UsesAWriteAheadLog()
    {
        StoreFiles.Open(_folder).Dispose();
        using var store = StoreFiles.Open(_folder);
        // Bytes 18 and 19 of the header are 2 for a database in WAL mode (SQLite file format, section 1.3).
        Assert.Equal([2, 2], File.ReadAllBytes(DatabasePath)[18..20]);
    }

    private void FillAndClose()
    {
        using var store = StoreFiles.Open(_folder);
        store.Records.Upsert(Records(0, 500));
    }

    private void Damage(double where)
    {
        using var file = File.OpenWrite(DatabasePath);
        var page = (long)(file.Length / 4096 * where);
        file.Position = page * 4096;
        var garbage = new byte[3 * 4096];
        Array.Fill(garbage, (byte)0xA5);
        file.Write(garbage);
    }

    private static IEnumerable<StoredRecord> Records(int first, int count) => Enumerable.Range(first, count).Select(
        n => new StoredRecord(
            new RecordRegister(NodeId.Of(Encoding.ASCII.GetBytes($"{n}")), Kind: 3, Subject: default),
            Seq: 1, ExpiresMs: 1, new byte[700]));

    private static List<string> SchemaOf(string path) => StoreFiles
        .Sql(
            path, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name", "PRAGMA user_version",
            "PRAGMA application_id")
        .ConvertAll(row => Space().Replace(row, " "));

    private static string Resource(string name)
    {
        using var stream = typeof(NodeStore).Assembly.GetManifestResourceStream(name);
        Assert.NotNull(stream);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
