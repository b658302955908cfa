using WeightSwarm.Node.Scrub;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Scrub;

public sealed class LoadGaugeTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("some avg10=0.13 avg60=99.00 avg300=0.25 total=66493267", false)]
    [InlineData("some avg10=40.00 avg60=0.13 avg300=0.25 total=66493267", false)]
    [InlineData("some avg10=40.01 avg60=0.13 avg300=0.25 total=66493267", true)]
    public void Pressure_OfTheLastTenSeconds_Decides(string pressure, bool busy) =>
        Assert.Equal(busy, Gauge(pressure, "90.00 9 9 1/2 3").IsBusy);

    [Theory]
    [InlineData("4.00 9.00 9.00 1/252 21196", false)]
    [InlineData("4.01 0.00 0.00 1/252 21196", true)]
    public void WithoutPressure_TheLoadAverageDecides(string loads, bool busy) =>
        Assert.Equal(busy, Gauge(pressure: null, loads).IsBusy);

    [Fact]
    public void WithoutEither_NothingIsKnownToBeBusy() => Assert.False(Gauge(pressure: null, "").IsBusy);

    [Fact]
    public void ThisMachine_Answers() => Assert.IsType<bool>(new LoadGauge().IsBusy);

    private LoadGauge Gauge(string? pressure, string loads)
    {
        if (pressure is not null) File.WriteAllText(_folder.At("io"), pressure + "\nfull avg10=0.00\n");
        File.WriteAllText(_folder.At("loadavg"), loads + "\n");
        return new LoadGauge(_folder.At("io"), _folder.At("loadavg"), processors: 2);
    }
}
