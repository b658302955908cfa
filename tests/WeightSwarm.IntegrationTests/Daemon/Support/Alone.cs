namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>
/// Tests that measure times, rates or the processor, or lay cables between network namespaces, run one after the other
/// when all others are done. The others mostly wait, and a few of them share the machine (xunit.runner.json).
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    internal const string Name = "alone";
}
