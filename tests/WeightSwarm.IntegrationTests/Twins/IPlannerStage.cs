namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>A stage on which copies are lost, given up and lied about, and counted where they lie.</summary>
internal interface IPlannerStage : ITwinStage
{
    /// <summary>Nodes that there are, by number from 0.</summary>
    int Nodes { get; }

    /// <summary>Slices of the model.</summary>
    int Slices { get; }

    /// <summary>The founder takes the model out of the catalogue and puts it in again, with so many copies
    /// wanted.</summary>
    Task WantAsync(int copies);

    /// <summary>The processes of these nodes end in one moment, and never come back.</summary>
    Task KillAsync(IReadOnlyCollection<int> nodes);

    /// <summary>A node's owner says drain.</summary>
    Task DrainAsync(int node);

    /// <summary>A node loses the bytes of all that it holds, says so to nobody, and has no way to know.</summary>
    Task LieAsync(int node);

    /// <summary>
    /// What running nodes hold in one moment, by their own word and by the bytes on their disks; null when too much
    /// changes for one moment to be seen, or it is too soon to look again.
    /// </summary>
    Task<TwinCopies?> CopiesAsync();

    /// <summary>Copies of others that a node counts for nothing, because they failed its audits.</summary>
    Task<IReadOnlySet<(int Holder, int Slice)>> DistrustedAsync(int node);

    /// <summary>Slices that were given up by running nodes and not deleted yet, and those of them that went without
    /// receipts.</summary>
    Task<(int Slices, int Unproven)> TrashAsync();
}
