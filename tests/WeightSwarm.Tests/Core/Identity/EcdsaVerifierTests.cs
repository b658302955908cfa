using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Identity;

public sealed class EcdsaVerifierTests
{
    private readonly EcdsaVerifier _verifier = new();

    [Fact]
    public void Verify_ARightSignature_SaysYesAndAnythingElseNo()
    {
        using var key = new EcdsaKey();
        var signature = key.Sign("data"u8);
        Assert.Equal(64, signature.Length);
        Assert.True(_verifier.Verify(key.PublicKey, "data"u8, signature));
        Assert.False(_verifier.Verify(key.PublicKey, "date"u8, signature));
        Assert.False(_verifier.Verify(key.PublicKey, "data"u8, signature.AsSpan(1)));
        Assert.False(_verifier.Verify(key.PublicKey, "data"u8, new byte[64]));
        Assert.False(_verifier.Verify([.. key.PublicKey, 0], "data"u8, signature));
        Assert.False(_verifier.Verify([1, 2, 3], "data"u8, signature));
    }

    [Fact]
    public void Verify_AKeyOfAnotherCurve_SaysNo()
    {
        using var key = new EcdsaKey(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.False(_verifier.Verify(key.PublicKey, "data"u8, key.Sign("data"u8)));
    }

    [Fact]
    public void NodeId_AsText_IsReadBack()
    {
        var id = NodeId.Of("key"u8);
        Assert.Equal(52, id.ToString().Length);
        Assert.True(NodeId.TryParse(id.ToString(), out var back));
        Assert.Equal(id, back);
        Assert.False(NodeId.TryParse(id.ToString()[1..], out _));
        Assert.Equal(Hash256.Of("key"u8), id.Hash);
        Assert.StartsWith(id.Brief, id.ToString(), StringComparison.Ordinal);
    }
}
