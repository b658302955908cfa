using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Protocol;

public sealed class KeyVectorTests
{
    private static readonly JsonElement _file = Vectors.Load("keys");

    private static NetworkId Network => new(_file.Hash("network"));

    [Fact]
    public void Keys_HaveTheirIds()
    {
        foreach (var vector in _file.All("keys"))
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(vector.Bytes("pkcs8"), out var read);
            Assert.Equal(vector.Bytes("pkcs8").Length, read);
            Assert.Equal(vector.Bytes("spki"), key.ExportSubjectPublicKeyInfo());
            var id = NodeId.Of(vector.Bytes("spki"));
            Assert.Equal(vector.Hash("id"), id.Hash);
            Assert.Equal(vector.Text("text"), id.ToString());
            Assert.True(NodeId.TryParse(vector.Text("text"), out var parsed) && parsed == id, vector.Text("text"));
        }
    }

    [Fact]
    public void Network_IsTheFoundersId() =>
        Assert.Equal(_file.All("keys").Single(k => k.Text("name").EndsWith("founder", StringComparison.Ordinal))
            .Hash("id"), Network.Hash);

    [Fact]
    public void Base32_OfEachLength_IsTheVectors()
    {
        foreach (var vector in _file.All("base32"))
        {
            Assert.Equal(vector.Text("text"), Base32.Encode(vector.Bytes("bytes")));
            Assert.True(Base32.TryDecode(vector.Text("text"), out var bytes), vector.Text("text"));
            Assert.Equal(vector.Bytes("bytes"), bytes);
        }
    }

    [Fact]
    public void Invites_AreWrittenAndRead()
    {
        foreach (var vector in _file.All("invites"))
        {
            IPEndPoint[] addresses =
                [.. vector.All("addresses").Select(a => new IPEndPoint(new IPAddress(a.Bytes("ip")), a.Int("port")))];
            Assert.Equal(vector.Text("text"), new Invite(Network, [.. addresses]).ToString());
            var read = Invite.Parse(vector.Text("text"), out var problem);
            Assert.Equal("", problem);
            Assert.Equal(Network, read!.Network);
            Assert.Equal(addresses, read.Addresses.ToArray());
        }
    }
}
