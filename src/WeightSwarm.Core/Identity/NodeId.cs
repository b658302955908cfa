namespace WeightSwarm.Core.Identity;

/// <summary>The id of a node or of any other key: SHA-256 of its SubjectPublicKeyInfo; shown as 52 characters of
/// base32.</summary>
/// <param name="Hash">The 32 bytes.</param>
public readonly record struct NodeId(Hash256 Hash) : IComparable<NodeId>
{
    /// <summary>The shortest prefix that the CLI accepts, in characters.</summary>
    public const int ShortestPrefix = 8;

    /// <summary>The id of a key.</summary>
    public static NodeId Of(ReadOnlySpan<byte> subjectPublicKeyInfo) => new(Hash256.Of(subjectPublicKeyInfo));

    /// <summary>Reads the whole base32 form, or says no.</summary>
    public static bool TryParse(string text, out NodeId id)
    {
        id = default;
        if (!Base32.TryDecode(text, out var bytes) || !Hash256.TryRead(bytes, out var hash)) return false;
        id = new NodeId(hash);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Hash.CompareTo(other.Hash);

    /// <summary>The first ten characters: enough for people to tell nodes apart.</summary>
    public string Brief => ToString()[..10];

    /// <summary>52 characters of lower-case base32.</summary>
    public override string ToString() => Base32.Encode(Hash.ToArray());
}
