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
        var (kept, allocated) = Measure(file, Tensors);
        // With the parser less without it, one moment after the other: what other tests left goes before both.
        kept -= GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(file);
        output.WriteLine($"of {file.Length} bytes kept {kept}, allocated in all {allocated}");
        Assert.InRange(kept, 1, 100 << 20);
    }

    // Apart, so that the parser is garbage when it returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (long Memory, long Allocated) Measure(byte[] file, int tensors)
    {
        var parser = new SafetensorsParser("f", file.Length + tensors);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Feeder.Run(parser, file, 256 << 10);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.Null(parser.Fault);
        Assert.Equal(tensors, parser.Totals.Parameters);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(parser);
        return (memory, allocated);
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
