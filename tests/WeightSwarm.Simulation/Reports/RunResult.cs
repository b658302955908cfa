namespace WeightSwarm.Simulation.Reports;

/// <summary>What came of one scenario with one seed.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Failure">What went wrong; null for nothing.</param>
/// <param name="LogHash">SHA-256 of the event log.</param>
/// <param name="SimulatedMs">Virtual time that went by.</param>
/// <param name="RealMs">Real time that went by; it and the next two differ between runs.</param>
/// <param name="PlannerMs">Real time of the ticks in which a node planned.</param>
/// <param name="CpuMs">Processor time of the process, compiling and collecting included.</param>
/// <param name="PeakMiB">Memory of the process at its largest so far, MiB.</param>
/// <param name="Figures">Integers by name.</param>
internal sealed record RunResult(
    string Scenario, ulong Seed, int Nodes, string? Failure, string LogHash, long SimulatedMs, long RealMs, long CpuMs,
    long PlannerMs, long PeakMiB, SortedDictionary<string, long> Figures);
