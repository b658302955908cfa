namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>
/// Tests that measure times, rates or the processor, or lay cables between network namespaces, run one after the other
/// when all others are done. How many of the others share the machine says xunit.runner.json.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    internal const string Name = "alone";
}
