using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using WeightSwarm.Core.Formats;
using WeightSwarm.Tests.Support;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Formats;

[Collection(MemoryMeasured.Name)]
public class LargestHeaderTests(ITestOutputHelper output)
{
    /// <summary>As many tensors as a header may have: 32 bytes for each are kept, and their names are not.</summary>
    [Fact]
    public void Run_LargestHeader_KeepsLittleOfEachTensor()
    {
        const int Tensors = 1_500_000;
        var file = File(Tensors);
        Assert.InRange(file.Length, 90_000_000, SafetensorsParser.LargestHeader);
        var parser = new SafetensorsParser("f", file.Length + Tensors);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Feeder.Run(parser, file, 256 << 10);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"of {file.Length} bytes kept {kept}, allocated in all {allocated}");
        Assert.InRange(kept, 1, 100 << 20);
        GC.KeepAlive(file);
        Assert.Null(parser.Fault);
        Assert.Equal(Tensors, parser.Totals.Parameters);
    }

    // Apart, so that the text is garbage before memory is measured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] File(int tensors)
    {
        var text = new StringBuilder("{", capacity: (int)SafetensorsParser.LargestHeader);
        for (var i = 0; i < tensors; i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}\"{i:x}\":")
                .Append("""{"dtype":"U8","shape":[],"data_offsets":[""")
                .Append(CultureInfo.InvariantCulture, $"{i},{i + 1}]}}");
        return WeightBytes.Safetensors(text.Append('}').ToString(), 0);
    }
}
