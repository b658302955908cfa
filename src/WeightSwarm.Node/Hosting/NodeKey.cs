using System.Security.Cryptography;
using System.Text;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Hosting;

/// <summary>
/// A private key on disk: the node's own, or a founder's or curator's. ECDSA over P-256, PKCS#8 in PEM (RFC 7468),
/// readable by its owner only. May be used from any thread.
/// </summary>
public sealed class NodeKey : ISigner, IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    private readonly ECDsa _key;
    private readonly Lock _lock = new();

    private NodeKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = NodeId.Of(PublicKey);
    }

    /// <inheritdoc/>
    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of <see cref="PublicKey"/>. A founder's key has the network's id.</summary>
    public NodeId Id { get; }

    /// <summary>A new key, in memory only.</summary>
    public static NodeKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads the key at <paramref name="path"/>, or makes one there when nothing is there.</summary>
    /// <exception cref="SetupException">As <see cref="Load"/>.</exception>
    public static NodeKey LoadOrCreate(string path)
    {
        if (FileFacts.Of(path) is not null) return Load(path);
        var key = Generate();
        key.Save(path);
        return key;
    }

    /// <summary>Reads the key at <paramref name="path"/>.</summary>
    /// <exception cref="SetupException">It is missing, unreadable, open to others, or no P-256 key.</exception>
    public static NodeKey Load(string path)
    {
        RefuseOpenMode(path);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.ExportParameters(includePrivateParameters: true).Curve.Oid.Value == P256) return new NodeKey(key);
            throw new CryptographicException("another curve than P-256");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new SetupException(
                $"the key {path} is not a P-256 private key in PKCS#8 PEM ({e.Message}): put the right one back " +
                "from a backup, or move it away to start with a new identity", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new SetupException($"the key {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes the key with mode 0600, atomically and durably; the folder must exist.</summary>
    /// <exception cref="IOException">There is a file already, or the disk refuses.</exception>
    public void Save(string path)
    {
        var pem = Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem() + "\n");
        AtomicFile.Write(path, pem, OwnerOnly, replace: false);
        CryptographicOperations.ZeroMemory(pem);
    }

    /// <summary>64 bytes: r | s (IEEE P1363) over SHA-256 of the data.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        const DSASignatureFormat p1363 = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;
        lock (_lock) return _key.SignData(data, HashAlgorithmName.SHA256, p1363);
    }

    /// <summary>Lends the key for the length of a call.</summary>
    internal T Use<T>(Func<ECDsa, T> work)
    {
        lock (_lock) return work(_key);
    }

    /// <summary>Forgets the key in memory.</summary>
    public void Dispose() => _key.Dispose();

    private static void RefuseOpenMode(string path)
    {
        UnixFileMode mode;
        try
        {
            mode = File.GetUnixFileMode(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"the key {path} cannot be read: {e.Message}", e);
        }
        if ((mode & Others) == 0) return;
        var octal = Convert.ToString((int)mode, 8).PadLeft(4, '0');
        throw new SetupException(
            $"the key {path} has mode {octal}: others than its owner can use it. Run: chmod 600 {path} " +
            "(and if others may have read it, start with a new key)");
    }
}
