namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>Tests with daemons run one after the other: together they would only wait for the processor.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // It is what xunit calls a collection.
public sealed class Daemons
#pragma warning restore CA1711
{
    internal const string Name = "daemons";
}
