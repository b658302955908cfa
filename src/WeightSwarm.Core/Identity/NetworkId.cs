namespace WeightSwarm.Core.Identity;

/// <summary>The id of a network: SHA-256 of its founder's SubjectPublicKeyInfo; shown as 52 characters of
/// base32.</summary>
/// <param name="Hash">The 32 bytes.</param>
public readonly record struct NetworkId(Hash256 Hash)
{
    /// <summary>Reads the whole base32 form, or says no.</summary>
    public static bool TryParse(string text, out NetworkId id)
    {
        var known = NodeId.TryParse(text, out var node);
        id = new NetworkId(node.Hash);
        return known;
    }

    /// <summary>52 characters of lower-case base32.</summary>
    public override string ToString() => Base32.Encode(Hash.ToArray());
}
