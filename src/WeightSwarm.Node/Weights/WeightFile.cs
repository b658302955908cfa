using Microsoft.Win32.SafeHandles;

namespace WeightSwarm.Node.Weights;

/// <summary>Opens files that belong to somebody else.</summary>
internal static class WeightFile
{
    /// <summary>For reading from the first to the last byte, while others may write, rename and delete.</summary>
    public static SafeFileHandle Open(string path) => File.OpenHandle(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
