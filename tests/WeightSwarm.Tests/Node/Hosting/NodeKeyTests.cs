using System.Security.Cryptography;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class NodeKeyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string KeyPath => _folder.At("node.key");

    [Fact]
    public void LoadOrCreate_Twice_IsTheSameKeyWithMode0600()
    {
        using var first = NodeKey.LoadOrCreate(KeyPath);
        using var second = NodeKey.LoadOrCreate(KeyPath);
        Assert.Equal(first.PublicKey, second.PublicKey);
        Assert.Equal(NodeId.Of(first.PublicKey), second.Id);
        Assert.Equal(91, first.PublicKey.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", File.ReadAllText(KeyPath), StringComparison.Ordinal);
        Assert.Equal([KeyPath], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Sign_Data_IsVerifiedByCore()
    {
        using var key = NodeKey.LoadOrCreate(KeyPath);
        using var other = NodeKey.Generate();
        var signature = key.Sign("data"u8);
        Assert.Equal(64, signature.Length);
        var verifier = new EcdsaVerifier();
        Assert.True(verifier.Verify(key.PublicKey, "data"u8, signature));
        Assert.False(verifier.Verify(key.PublicKey, "Data"u8, signature));
        Assert.False(verifier.Verify(other.PublicKey, "data"u8, signature));
    }

    [Fact]
    public void Sign_ManyThreads_AllVerify()
    {
        using var key = NodeKey.Generate();
        var verifier = new EcdsaVerifier();
        Parallel.For(0, 200, n =>
        {
            var data = BitConverter.GetBytes(n);
            Assert.True(verifier.Verify(key.PublicKey, data, key.Sign(data)));
        });
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "0640")]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    public void Load_KeyOpenToOthers_IsRefusedWithModeAndRemedy(UnixFileMode extra, string octal)
    {
        NodeKey.LoadOrCreate(KeyPath).Dispose();
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | extra);
        var error = Assert.Throws<SetupException>(() => NodeKey.LoadOrCreate(KeyPath));
        Assert.Contains($"mode {octal}", error.Message, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {KeyPath}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NotAP256Key_IsRefusedAndKept()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var text in new[] { "", "garbage", other.ExportPkcs8PrivateKeyPem() })
        {
            File.WriteAllText(KeyPath, text);
            File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
            var error = Assert.Throws<SetupException>(() => NodeKey.LoadOrCreate(KeyPath));
            Assert.Contains(KeyPath, error.Message, StringComparison.Ordinal);
            Assert.Equal(text, File.ReadAllText(KeyPath));
            File.Delete(KeyPath);
        }
    }

    [Fact]
    public void Load_Missing_IsRefused()
    {
        var error = Assert.Throws<SetupException>(() => NodeKey.Load(KeyPath));
        Assert.Contains(KeyPath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_OverAKey_IsRefusedAndKeepsIt()
    {
        using var first = NodeKey.LoadOrCreate(KeyPath);
        using var second = NodeKey.Generate();
        Assert.Throws<IOException>(() => second.Save(KeyPath));
        using var still = NodeKey.Load(KeyPath);
        Assert.Equal(first.Id, still.Id);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }
}
