namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>Tests with daemons run one after the other: together they would only wait for the processor.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Daemons
{
    internal const string Name = "daemons";
}
