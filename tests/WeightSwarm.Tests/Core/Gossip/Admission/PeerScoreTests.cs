using WeightSwarm.Core.Gossip.Admission;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class PeerScoreTests
{
    private const long Now = 5_000_000, Minute = 60_000;

    private readonly PeerScore _score = new();

    [Fact]
    public void At_OfANewPeer_IsZero() => Assert.Equal(0, _score.At(Now));

    [Theory]
    [InlineData(1, -10, Standing.Unlinked)]
    [InlineData(2, -40, Standing.Banned)]
    [InlineData(3, -90, Standing.Banned)]
    public void Invalid_CountsByItsSquare(int times, int points, Standing standing)
    {
        for (var i = 0; i < times; i++) _score.Did(Offence.BadSignature, Now);
        Assert.Equal(points, _score.At(Now));
        Assert.Equal(standing, PeerScore.StandingOf(_score.At(Now)));
    }

    [Fact]
    public void Lapses_CountOneByOne()
    {
        for (var i = 0; i < 39; i++) _score.Did(Offence.OverBudget, Now);
        Assert.Equal(Standing.Ignored, PeerScore.StandingOf(_score.At(Now)));
        _score.Did(Offence.BrokenPromise, Now);
        Assert.Equal(Standing.Banned, PeerScore.StandingOf(_score.At(Now)));
    }

    [Fact]
    public void Future_IsNeverEnoughForABan()
    {
        for (var i = 0; i < 10_000; i++) _score.Did(Offence.Future, Now);
        Assert.Equal(Standing.Unlinked, PeerScore.StandingOf(_score.At(Now)));
    }

    [Fact]
    public void Deliveries_AreCapped()
    {
        for (var i = 0; i < 10_000; i++) _score.Delivered(Now);
        Assert.Equal(20, _score.At(Now));
        _score.Did(Offence.Malformed, Now);
        _score.Did(Offence.Malformed, Now);
        _score.Did(Offence.Malformed, Now);
        Assert.Equal(Standing.Banned, PeerScore.StandingOf(_score.At(Now)));
    }

    [Fact]
    public void At_ElevenMinutesLater_IsHalf()
    {
        for (var i = 0; i < 30; i++) _score.Did(Offence.OverBudget, Now);
        Assert.InRange(_score.At(Now + 11 * Minute), -16, -14);
        Assert.Equal(0, _score.At(Now + 24 * 60 * Minute));
    }

    [Fact]
    public void Settle_LeavesOneInvalidMessageOnTheAccount()
    {
        for (var i = 0; i < 5; i++) _score.Did(Offence.Malformed, Now);
        _score.Settle(Now);
        Assert.Equal(-10, _score.At(Now));
        _score.Did(Offence.Malformed, Now);
        Assert.Equal(Standing.Banned, PeerScore.StandingOf(_score.At(Now)));
    }
}
