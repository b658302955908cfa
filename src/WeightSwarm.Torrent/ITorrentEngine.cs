using System.Net;

namespace WeightSwarm.Torrent;

/// <summary>
/// A BitTorrent engine: everything the daemon asks of it, and nothing of how it is made. One contract suite runs on
/// every implementation. All calls may come from any thread. Torrents are named by their v2 info-hash (hex, 64
/// digits, lower case), or by the v1 info-hash (40 digits) for v1-only torrents.
/// </summary>
public interface ITorrentEngine : IAsyncDisposable
{
    /// <summary>The TCP port on which peers reach this engine; 0 when it does not listen.</summary>
    int ListenPort { get; }

    /// <summary>
    /// What happened, in order, from the engine's start on. One reader; the stream ends when the engine is disposed.
    /// </summary>
    IAsyncEnumerable<TorrentEvent> ReadEventsAsync(CancellationToken cancellation);

    /// <summary>
    /// Adds a torrent. Idempotent by info-hash: adding one that is there answers its key and changes nothing.
    /// </summary>
    /// <exception cref="TorrentEngineException">
    /// The metainfo is not acceptable to the engine, or the folder cannot be used.
    /// </exception>
    Task<string> AddAsync(TorrentSpec spec, CancellationToken cancellation);

    /// <summary>
    /// Forgets a torrent; never touches its files. Unknown keys are ignored. Returns once its files are closed.
    /// </summary>
    Task RemoveAsync(string key, CancellationToken cancellation);

    /// <summary>One byte per piece: 0 (not wanted), 1 (normal) to 7 (first).</summary>
    /// <exception cref="TorrentEngineException">
    /// The torrent is unknown, the count differs from its pieces, or a value is above 7.
    /// </exception>
    Task SetPiecePrioritiesAsync(string key, ReadOnlyMemory<byte> priorities, CancellationToken cancellation);

    /// <summary>Asks for a piece before the others, within <paramref name="deadline"/>.</summary>
    Task SetPieceDeadlineAsync(string key, int piece, TimeSpan deadline, CancellationToken cancellation);

    /// <summary>Connects to a peer for one torrent. Repeatable; a failure shows only in counters.</summary>
    Task ConnectPeerAsync(string key, IPEndPoint peer, CancellationToken cancellation);

    /// <summary>
    /// Fetches from an HTTP server too (BEP 19), which must answer every request with the right range or not at all: an
    /// engine may take a file that got another status for missing there until the URL is added anew. Never kept in
    /// resume data.
    /// </summary>
    /// <param name="key">Which torrent.</param>
    /// <param name="url">Of the folder above the torrent's own; ends with a slash.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task AddWebSeedAsync(string key, Uri url, CancellationToken cancellation);

    /// <summary>Stops fetching from there. Unknown torrents and URLs are ignored.</summary>
    Task RemoveWebSeedAsync(string key, Uri url, CancellationToken cancellation);

    /// <summary>The state of one torrent, or null when it is unknown.</summary>
    Task<TorrentStatus?> GetStatusAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Which pieces are here and verified by hash: one bool per piece; null when the torrent is unknown.
    /// </summary>
    Task<bool[]?> GetPiecesAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Writes every verified block of the torrent to its files; returns once that is done (no fsync).
    /// </summary>
    /// <exception cref="TorrentEngineException">
    /// The torrent is unknown, or a file error stopped it: then verified pieces may not be in the files.
    /// </exception>
    Task FlushAsync(string key, CancellationToken cancellation);

    /// <summary>Opaque data with which a later <see cref="AddAsync"/> starts without a recheck.</summary>
    /// <exception cref="TorrentEngineException">The torrent is unknown, or a file error stopped it.</exception>
    Task<byte[]> SaveResumeDataAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Hashes all files anew; ends with <see cref="TorrentChecked"/>, before which every right piece is announced again
    /// as <see cref="PieceVerified"/>. Starts a torrent again that a file error stopped.
    /// </summary>
    Task RecheckAsync(string key, CancellationToken cancellation);

    /// <summary>Upload and download limits in bytes per second for the whole engine; 0 is unlimited.</summary>
    Task SetLimitsAsync(int uploadBytesPerSecond, int downloadBytesPerSecond, CancellationToken cancellation);

    /// <summary>The engine's own counters by name.</summary>
    Task<IReadOnlyDictionary<string, long>> GetCountersAsync(CancellationToken cancellation);

    /// <summary>Adds a node to the DHT's routing table.</summary>
    Task AddDhtNodeAsync(IPEndPoint node, CancellationToken cancellation);

    /// <summary>
    /// Looks for the DHT's entrances anew, as at the start; for an engine that was started without a network. Nothing
    /// where there is no DHT.
    /// </summary>
    Task EnterDhtAsync(CancellationToken cancellation);

    /// <summary>Announces <paramref name="port"/> under a 20-byte key in the mainline DHT (BEP 5).</summary>
    Task DhtAnnounceAsync(ReadOnlyMemory<byte> key, int port, CancellationToken cancellation);

    /// <summary>
    /// Peers announced under a 20-byte key; may be empty. Ends after <paramref name="wait"/> at the latest.
    /// </summary>
    Task<IReadOnlyList<IPEndPoint>> DhtLookupAsync(
        ReadOnlyMemory<byte> key, TimeSpan wait, CancellationToken cancellation);

    /// <summary>
    /// Asks the router (UPnP, NAT-PMP) to map a TCP port; answers the outside port, or null if none would.
    /// </summary>
    Task<int?> MapPortAsync(int localPort, TimeSpan wait, CancellationToken cancellation);
}

/// <summary>How an engine is set up. Immutable.</summary>
public sealed record TorrentEngineOptions
{
    /// <summary>Where peers reach it. Port 0 takes any free one.</summary>
    public required IPEndPoint Listen { get; init; }
    /// <summary>
    /// DHT, local discovery, UPnP, NAT-PMP and uTP. Must be false on loopback: then no packet leaves the machine unless
    /// <see cref="ITorrentEngine.ConnectPeerAsync"/> names an address there.
    /// </summary>
    public required bool TouchesTheInternet { get; init; }
    /// <summary>
    /// A DHT without bootstrap nodes even where <see cref="TouchesTheInternet"/> is false (for tests).
    /// </summary>
    public bool PrivateDht { get; init; }
    /// <summary>
    /// Where the DHT is entered, as HOST:PORT each, in place of the mainline's long-lived nodes; empty: those. Without
    /// meaning where there is no DHT.
    /// </summary>
    public IReadOnlyList<string> DhtNodes { get; init; } = [];
    /// <summary>User agent and peer id prefix follow from this version.</summary>
    public string Version { get; init; } = "0.1.0";
    /// <summary>Threads for disk I/O; 0: four for each processor.</summary>
    public int DiskThreads { get; init; }
    /// <summary>
    /// Settings in the engine's own names that replace those that it would choose, such as "aio_threads=4"; for
    /// measurements.
    /// </summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
    /// <summary>The DHT's nodes and id of an earlier run, from the engine's own saving; empty: none.</summary>
    public ReadOnlyMemory<byte> SavedState { get; init; }
}

/// <summary>What to add, and how. Immutable.</summary>
public sealed record TorrentSpec
{
    /// <summary>The whole .torrent, already checked by our own parser.</summary>
    public required ReadOnlyMemory<byte> Metainfo { get; init; }
    /// <summary>The folder in which the torrent's own folder (its name) lies or will lie; absolute.</summary>
    public required string SaveFolder { get; init; }
    /// <summary>One byte per piece, as in SetPiecePrioritiesAsync; empty: all normal.</summary>
    public ReadOnlyMemory<byte> PiecePriorities { get; init; }
    /// <summary>From <see cref="ITorrentEngine.SaveResumeDataAsync"/>; empty: none.</summary>
    public ReadOnlyMemory<byte> ResumeData { get; init; }
    /// <summary>
    /// Pieces for which the caller vouches: verified before and unchanged since. Not hashed again. Empty with no resume
    /// data: the engine checks what lies in the folder.
    /// </summary>
    public IReadOnlyList<bool> VerifiedPieces { get; init; } = [];
    /// <summary>Serve only: never request, never write into the folder (files seeded in place).</summary>
    public bool ReadOnly { get; init; }
    /// <summary>
    /// The caller's number for this addition, which its events carry: those of a torrent that was removed and added
    /// again may still be on their way, and speak of files as they were.
    /// </summary>
    public long Addition { get; init; }
}

/// <summary>One torrent at one moment.</summary>
/// <param name="Key">As answered by AddAsync.</param>
/// <param name="State">checking, downloading, finished (all that is wanted), seeding, or error.</param>
/// <param name="Error">Why it stopped; empty while it did not.</param>
/// <param name="Peers">Connected peers.</param>
/// <param name="DownloadBytesPerSecond">Payload rate down.</param>
/// <param name="UploadBytesPerSecond">Payload rate up.</param>
/// <param name="TotalWantedBytes">Bytes of wanted pieces.</param>
/// <param name="TotalWantedDoneBytes">Bytes of wanted pieces that are here.</param>
/// <param name="TotalDownloadedBytes">Payload received in this session, waste included.</param>
/// <param name="TotalUploadedBytes">Payload sent in this session.</param>
public sealed record TorrentStatus(
    string Key, TorrentState State, string Error, int Peers, long DownloadBytesPerSecond, long UploadBytesPerSecond,
    long TotalWantedBytes, long TotalWantedDoneBytes, long TotalDownloadedBytes, long TotalUploadedBytes);

/// <summary>Where a torrent is in its life.</summary>
public enum TorrentState
{
    /// <summary>Reading and hashing what is in the folder.</summary>
    Checking,
    /// <summary>Wants pieces that it does not have.</summary>
    Downloading,
    /// <summary>Has every wanted piece.</summary>
    Finished,
    /// <summary>Has every piece.</summary>
    Seeding,
    /// <summary>Stopped by a file error; see the status.</summary>
    Error,
}

/// <summary>Something that happened to one torrent.</summary>
/// <param name="Key">Which torrent.</param>
public abstract record TorrentEvent(string Key)
{
    /// <summary>Which addition of the torrent: <see cref="TorrentSpec.Addition"/>.</summary>
    public long Addition { get; init; }
}

/// <summary>
/// A piece was received, or found by a check, and its hash is right. Its bytes are certain to be in the files only
/// after <see cref="ITorrentEngine.FlushAsync"/>.
/// </summary>
public sealed record PieceVerified(string Key, int Piece) : TorrentEvent(Key);

/// <summary>A piece was received whole and its hash is wrong; it will be asked for again.</summary>
public sealed record PieceFailed(string Key, int Piece) : TorrentEvent(Key);

/// <summary>The check of the folder is over; the torrent can serve and fetch now.</summary>
public sealed record TorrentChecked(string Key) : TorrentEvent(Key);

/// <summary>Every wanted piece is here.</summary>
public sealed record TorrentFinished(string Key) : TorrentEvent(Key);

/// <summary>
/// Reading or writing a file failed; the torrent has stopped: it requests nothing, and after a failed read it serves
/// nothing. <see cref="ITorrentEngine.RecheckAsync"/> starts it again.
/// </summary>
/// <param name="Key">Which torrent.</param>
/// <param name="File">The file's path.</param>
/// <param name="Message">The system's words.</param>
/// <param name="NoSpace">The volume is full (ENOSPC or EDQUOT).</param>
public sealed record TorrentFileError(string Key, string File, string Message, bool NoSpace) : TorrentEvent(Key)
{
    /// <summary>The disk, or the file system on it, is broken (EIO or EUCLEAN).</summary>
    public bool IsDiskError { get; init; }
}

/// <summary>The engine refused a call; the message names the thing, the value and the remedy.</summary>
public sealed class TorrentEngineException : Exception
{
    /// <summary>With the words of the engine.</summary>
    public TorrentEngineException(string message) : base(message)
    {
    }

    /// <summary>With the words of the engine and a cause.</summary>
    public TorrentEngineException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Without words.</summary>
    public TorrentEngineException()
    {
    }
}
