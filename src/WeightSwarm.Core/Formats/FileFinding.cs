using System.Collections.Immutable;

namespace WeightSwarm.Core.Formats;

/// <summary>Something about one file that its user has to know.</summary>
/// <param name="Label">One of <see cref="HazardLabels"/>.</param>
/// <param name="File">Relative path.</param>
/// <param name="Why">In words that follow the path.</param>
public sealed record Hazard(string Label, string File, string Why);

/// <summary>What looking at one file gave. Immutable.</summary>
public sealed record FileFinding
{
    /// <summary>Relative path.</summary>
    public required string Path { get; init; }
    /// <summary>How it was looked at.</summary>
    public FileForm Form { get; init; }
    /// <summary>Of a header that is whole; none for other forms.</summary>
    public TensorTotals Tensors { get; init; } = TensorTotals.None;
    /// <summary>As the file names it; empty for none.</summary>
    public string Architecture { get; init; } = "";
    /// <summary>What an index names, relative to the model.</summary>
    public ImmutableArray<IndexedShard> Shards { get; init; } = [];
    /// <summary>See <see cref="Hazard"/>.</summary>
    public ImmutableArray<Hazard> Hazards { get; init; } = [];
    /// <summary>What is structurally wrong with it, or null.</summary>
    public Fault? Fault { get; init; }
    /// <summary>Something that is worth saying and no fault, or empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>The folder that it lies in, with a '/' at its end; empty for the model's own.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];
}
