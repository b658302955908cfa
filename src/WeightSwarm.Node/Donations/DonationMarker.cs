using System.Text.Json;
using System.Text.Json.Serialization;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>
/// The file that ties a donated folder to one node. A folder without it is an empty mount point, or not ours: it is
/// away.
/// </summary>
internal sealed record DonationMarker(
    [property: JsonPropertyName("node")] string Node,
    [property: JsonPropertyName("donation")] Guid Donation,
    [property: JsonPropertyName("about")] string About)
{
    /// <summary>
    /// Grows with every run, and before anything that was verified is deleted. A store with a smaller number is an old
    /// copy, put back: what it says of this folder may be over.
    /// </summary>
    [JsonPropertyName("generation")]
    public long Generation { get; init; }

    internal const string FileName = ".weightswarm-donation";

    private const int LargestBytes = 4096;
    private const UnixFileMode Mode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static DonationMarker For(NodeId node, Guid donation) => new(
        node.ToString(), donation,
        "This folder is donated to WeightSwarm. The daemon uses models/, trash/ and quarantine/ in it and nothing " +
        "else; see `weightswarm donations`.");

    internal static string PathIn(string folder) => Path.Combine(folder, FileName);

    /// <summary>The folder's marker; null when there is none.</summary>
    /// <exception cref="InvalidDataException">There is one that cannot be read; the message says why.</exception>
    internal static DonationMarker? Read(string folder)
    {
        var path = PathIn(folder);
        try
        {
            if (FileFacts.Of(path) is not { } facts) return null;
            if (facts.Kind != FileKind.File || facts.Bytes > LargestBytes)
                throw new InvalidDataException($"{path} is not a marker file");
            return JsonSerializer.Deserialize<DonationMarker>(File.ReadAllBytes(path))
                ?? throw new InvalidDataException($"{path} is empty");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    internal void Write(string folder) =>
        AtomicFile.Write(PathIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, Indented), Mode0640, replace: true);
}
