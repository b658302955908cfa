namespace WeightSwarm.Node.Store;

/// <summary>
/// Everything that a node keeps between runs: one SQLite file and a folder of content. Synchronous; every write is on
/// disk before it returns. May be called from any thread; one process at a time (see StateFolder's lock).
/// </summary>
public sealed class NodeStore : IDisposable
{
    /// <summary>Name of the database file in the state folder.</summary>
    public const string DatabaseName = "weightswarm.db";

    private const string CleanKey = "closed_cleanly";

    private readonly Database _database;
    private bool _disposed;

    private NodeStore(Database database, string folder, TimeProvider time, string boot)
    {
        _database = database;
        Membership = new MembershipStore(database, time);
        Sequence = new SequenceStore(database);
        Records = new RecordStore(database);
        Donations = new DonationStore(database);
        Models = new LocalModelStore(database, time);
        Ingest = new IngestStore(database, time);
        Peers = new PeerStore(database);
        Reputation = new ReputationStore(database);
        Limits = new LimitStore(database);
        Labels = new LabelStore(database);
        Drills = new DrillStore(database);
        Scrubs = new ScrubStore(database, time);
        Trash = new TrashStore(database, time);
        Drain = new DrainStore(database);
        Declines = new DeclineStore(database);
        Lifetimes = new LifetimeStore(database);
        Audits = new AuditStore(database);
        Content = new ContentStore(folder);
        ClosedCleanly = database.Read(
            session => session.Scalar("SELECT value FROM meta WHERE key = $key", ("$key", CleanKey))) != 0;
        MarkClean(0);
        InDoubt = PowerCut.Consider(database, ClosedCleanly, boot, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>Opens or creates the store in the state folder, which must exist.</summary>
    /// <exception cref="StoreCorruptException">The database is damaged; it has been kept untouched.</exception>
    /// <exception cref="StoreException">It cannot be opened, or is of a newer version.</exception>
    public static NodeStore Open(string folder, TimeProvider time) => Open(folder, time, PowerCut.BootOfSystem());

    /// <summary>The same, in a run of the system that has another name.</summary>
    internal static NodeStore Open(string folder, TimeProvider time, string boot)
    {
        var database = Database.Open(Path.Combine(folder, DatabaseName));
        try
        {
            return new NodeStore(database, folder, time, boot);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether the run before this one ended by <see cref="Dispose"/> (or there was none).</summary>
    public bool ClosedCleanly { get; }

    /// <summary>
    /// Slices that were withdrawn by this start and are read again, because the power may have failed soon after they
    /// were verified.
    /// </summary>
    public int InDoubt { get; }

    /// <summary>Which network the node belongs to.</summary>
    public MembershipStore Membership { get; }
    /// <summary>Sequence numbers of own records.</summary>
    public SequenceStore Sequence { get; }
    /// <summary>The accepted records.</summary>
    public RecordStore Records { get; }
    /// <summary>The list of donations.</summary>
    public DonationStore Donations { get; }
    /// <summary>Which model files lie where, and what of them is verified.</summary>
    public LocalModelStore Models { get; }
    /// <summary>What an unfinished <c>add</c> has hashed.</summary>
    public IngestStore Ingest { get; }
    /// <summary>Whom to dial after a start.</summary>
    public PeerStore Peers { get; }
    /// <summary>What this node knows of others by its own experience.</summary>
    public ReputationStore Reputation { get; }
    /// <summary>The owner's bandwidth limits.</summary>
    public LimitStore Limits { get; }
    /// <summary>What the owner says of the node.</summary>
    public LabelStore Labels { get; }
    /// <summary>How trial restores ended.</summary>
    public DrillStore Drills { get; }
    /// <summary>When own data was read again, and what was found.</summary>
    public ScrubStore Scrubs { get; }
    /// <summary>What was given up and not deleted yet.</summary>
    public TrashStore Trash { get; }
    /// <summary>Whether the node drains.</summary>
    public DrainStore Drain { get; }
    /// <summary>Which models the owner declines.</summary>
    public DeclineStore Declines { get; }
    /// <summary>How long nodes stay.</summary>
    public LifetimeStore Lifetimes { get; }
    /// <summary>What audits of others found.</summary>
    public AuditStore Audits { get; }
    /// <summary>Manifests and .torrents by hash.</summary>
    public ContentStore Content { get; }

    /// <summary>Records the clean end and closes the file.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            MarkClean(1);
        }
        catch (StoreException)
        {
            // The next start then treats this end as a crash, which is right: the last write failed.
        }
        finally
        {
            _database.Dispose();
        }
    }

    private void MarkClean(int clean) => _database.Write(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ($key, $clean)", ("$key", CleanKey), ("$clean", clean));
}
