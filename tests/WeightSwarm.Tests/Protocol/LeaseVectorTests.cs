using System.Text.Json;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Tests.Protocol;

public sealed class LeaseVectorTests
{
    private const long StartMs = 5_000_000;

    private readonly RecordSet _set = new(new NetworkId(Vectors.Load("keys").Hash("network")), new EcdsaVerifier());
    private readonly JsonElement[] _steps = [.. Vectors.Load("leases").All("steps")];

    private Instant At(JsonElement step)
    {
        var (unixMs, firstMs) = ((long)step.Number("at_ms"), (long)_steps[0].Number("at_ms"));
        return new Instant(StartMs + unixMs - firstMs, unixMs);
    }

    [Fact]
    public void Steps_InOrder_GetTheVectorsVerdictsAndLeaveWhatLives()
    {
        foreach (var step in _steps)
        {
            _set.Expire(At(step));
            foreach (var offer in step.All("offers"))
            {
                var verdict = _set.Offer(offer.Bytes("envelope"), At(step), out _);
                Assert.True(verdict.ToString() == offer.Text("verdict"), $"'{offer.Text("name")}' is {verdict}");
            }
            _set.Expire(At(step));
            Assert.Equal(
                step.All("live").Select(id => new Hash256(Vectors.Bytes(id))), _set.Records.Select(r => r.Id).Order());
        }
    }
}
