using System.Diagnostics;
using System.Text;
using WeightSwarm.Core.Formats;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Formats;

public class ShardIndexParserTests(ITestOutputHelper output)
{
    [Fact]
    public void Run_Index_CountsTensorsByFile()
    {
        foreach (var chunk in (int[])[1, 50, 10_000])
        {
            var parser = Feeder.Run(new ShardIndexParser("i"), WeightBytes.Index(5, 2), chunk);
            Assert.Null(parser.Fault);
            Assert.Equal(
                [new("model-00001-of-00002.safetensors", 3), new("model-00002-of-00002.safetensors", 2)],
                parser.Shards.AsEnumerable());
        }
    }

    /// <summary>The size of Kimi-K3's: 60 MB, 500,000 tensors. It may take 200 MB; what it takes is far less.</summary>
    [Fact]
    public void Run_LargestIndexInUse_KeepsLittle()
    {
        var file = WeightBytes.Index(
            500_000, 163, "language_model.model.layers.12.block_sparse_moe.experts.gate_proj.scale.");
        Assert.InRange(file.Length, 60_000_000, 80_000_000);
        var parser = new ShardIndexParser("i");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Feeder.Run(parser, file, 256 << 10);
        output.WriteLine($"{file.Length} bytes in {watch.ElapsedMilliseconds} ms; allocated in all "
            + $"{GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Null(parser.Fault);
        Assert.Equal((163, 500_000), (parser.Shards.Length, parser.Shards.Sum(s => s.Tensors)));
    }

    [Theory]
    [InlineData("[]", "is not a JSON object")]
    [InlineData("{}", "has no 'weight_map'")]
    [InlineData("{\"weight_map\":[]}", "is not an object")]
    [InlineData("{\"weight_map\":{\"a\":1}}", "is not the name of a file")]
    [InlineData("{\"weight_map\":{\"a\":\"../x\"}}", "has the segment '..'")]
    [InlineData("{\"weight_map\":{\"a\":\"/x\"}}", "is absolute")]
    [InlineData("{\"weight_map\":{},\"weight_map\":{}}", "stands there twice")]
    [InlineData("{\"weight_map\":{\"a\":\"x\"}", "it is not JSON")]
    [InlineData("", "it is not JSON")]
    public void Run_BrokenIndex_SaysWhatIsWrong(string text, string what)
    {
        var fault = Feeder.FaultOf(() => new ShardIndexParser("i"), Encoding.UTF8.GetBytes(text));
        Assert.Contains(what, fault!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TooManyFiles_IsAFault() => Assert.Contains("more than 10000 files",
        Feeder.Run(new ShardIndexParser("i"), WeightBytes.Index(10_001, 10_001)).Fault!.What, StringComparison.Ordinal);
}
