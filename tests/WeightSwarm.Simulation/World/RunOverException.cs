namespace WeightSwarm.Simulation.World;

/// <summary>A run has come to the end that its caller set, before that of its story: nothing is wrong.</summary>
internal sealed class RunOverException : Exception;
