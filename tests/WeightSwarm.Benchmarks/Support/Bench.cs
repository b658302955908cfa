namespace WeightSwarm.Benchmarks;

/// <summary>One benchmark of <c>tests/bench</c>.</summary>
/// <param name="Summary">One line for the list.</param>
/// <param name="Run">Takes what follows its name; answers the exit code.</param>
internal sealed record Bench(string Summary, Func<string[], int> Run);
