using WeightSwarm.Core.Formats;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>Reads the headers of a model's files, and nothing else of them.</summary>
public static class ModelInspector
{
    /// <summary>
    /// What the files of a complete scan say. A file that cannot be read is not reported here: hashing meets it next.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ModelFacts Inspect(FolderScanResult scan, CancellationToken cancellation = default)
    {
        var findings = new List<FileFinding>(scan.Files.Length);
        foreach (var file in scan.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            findings.Add(Inspect(file, cancellation));
        }
        return ModelFacts.Of(findings);
    }

    private static FileFinding Inspect(ScannedFile file, CancellationToken cancellation)
    {
        try
        {
            using var handle = WeightFile.Open(file.FullPath);
            return new FileInspector(file, handle, cancellation).Inspect();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FileFinding { Path = file.Path, Note = $"cannot be read: {e.Message}" };
        }
    }
}
