namespace WeightSwarm.Simulation.World;

/// <summary>An invariant is broken, or something that must come did not come in time.</summary>
public sealed class ScenarioFailedException(string message) : Exception(message);
