using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Origins;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class OriginHealthTests
{
    private const long Now = 1_000_000, Day = 86_400_000;
    private static readonly Pace _real = Pace.Real;

    [Theory]
    [InlineData(OriginFault.Failing, 0, 0, 1_000)]
    [InlineData(OriginFault.Failing, 3, 0, 8_000)]
    [InlineData(OriginFault.Stalled, 50, 0, 900_000)]
    [InlineData(OriginFault.Busy, 0, 3_600_000, 3_600_000)]
    [InlineData(OriginFault.Busy, 0, 40 * Day, Day)]
    [InlineData(OriginFault.Gone, 0, 0, 900_000)]
    [InlineData(OriginFault.Refused, 2, 0, 3_600_000)]
    [InlineData(OriginFault.NotTheFile, 30, 0, Day)]
    [InlineData(OriginFault.WrongBytes, 0, 0, Day)]
    public void WaitFor_EachFault_DoublesWithinItsBounds(object fault, int before, long asked, long wait) =>
        Assert.Equal(wait, OriginHealth.WaitFor(new OriginTrouble((OriginFault)fault, "x", asked), before, _real));

    [Fact]
    public void Failed_ThenSucceeded_StartsFromTheBeginning()
    {
        var health = new OriginHealth();
        health.Failed(Trouble(OriginFault.Failing), _real, Now, 0);
        health.Failed(Trouble(OriginFault.Failing), _real, Now + 1_000, 0);
        Assert.Equal(2_000, health.WaitMs(Now + 1_000));
        health.Succeeded(Now + 3_000);
        Assert.Null(health.Trouble);
        health.Failed(Trouble(OriginFault.Failing), _real, Now + 3_000, 0);
        Assert.Equal(1_000, health.WaitMs(Now + 3_000));
    }

    [Fact]
    public void Succeeded_BeforeTheWaitIsOver_ChangesNothing()
    {
        var health = new OriginHealth();
        health.Failed(Trouble(OriginFault.WrongBytes), _real, Now, 0);
        health.Succeeded(Now + 1);
        Assert.Equal(Day - 1, health.WaitMs(Now + 1));
        Assert.Equal(OriginFault.WrongBytes, health.Trouble!.Fault);
    }

    [Fact]
    public void Failed_WithALesserFault_DoesNotShortenTheWait()
    {
        var health = new OriginHealth();
        health.Failed(Trouble(OriginFault.WrongBytes), _real, Now, 0);
        health.Failed(Trouble(OriginFault.Gone), _real, Now, 0);
        Assert.Equal(OriginFault.WrongBytes, health.Trouble!.Fault);
        Assert.Equal(Day, health.WaitMs(Now));
    }

    [Fact]
    public void Failed_WithJitter_WaitsUpToAQuarterLonger()
    {
        var health = new OriginHealth();
        health.Failed(Trouble(OriginFault.Busy), _real, Now, 999);
        Assert.Equal(1_249, health.WaitMs(Now));
    }

    private static OriginTrouble Trouble(OriginFault fault) => new(fault, "x");
}
