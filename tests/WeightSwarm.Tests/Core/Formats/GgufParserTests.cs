using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

public class GgufParserTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Run_WholeFile_CountsByType(uint version, bool bigEndian)
    {
        var file = GgufWriter.Small(version, bigEndian);
        foreach (var chunk in (int[])[1, 9, 1000])
        {
            var parser = Feeder.Run(new GgufParser("f.gguf", file.Length), file, chunk);
            Assert.Null(parser.Fault);
            Assert.Equal((version, "llama", 515), (parser.Version, parser.Architecture, parser.Totals.Parameters));
            Assert.Equal([new("Q4_K", 512, 288), new("F32", 3, 12)], parser.Totals.Dtypes.AsEnumerable());
        }
    }

    [Fact]
    public void Run_EveryTruncation_IsAFault()
    {
        var file = GgufWriter.Small(3, false);
        for (var length = 0; length < file.Length; length++)
            Assert.NotNull(Feeder.Run(new GgufParser("f.gguf", length), file.AsSpan(0, length)).Fault);
    }

    [Fact]
    public void Run_TruncatedData_NamesTheEndAndTheTensor()
    {
        var file = GgufWriter.Small(3, false)[..^4];
        var fault = FaultOf(file);
        Assert.Equal(file.Length, fault!.Offset);
        Assert.Contains(
            $"truncated: it ends here, and 'norm' reaches to {file.Length + 4}", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NewerVersion_IsNoFault()
    {
        var parser = Feeder.Run(new GgufParser("f", 24), new GgufWriter(4, false).Start(0, 0).Data(1, 0));
        Assert.Null(parser.Fault);
        Assert.False(parser.IsUnderstood);
    }

    [Fact]
    public void Run_NoTensors_Passes() => Assert.Null(FaultOf(new GgufWriter(3, false).Start(0, 0).Data(1, 0)));

    [Fact]
    public void Run_BrokenHeader_SaysWhatIsWrong()
    {
        Broken("does not start with 'GGUF'", [.. "GGML"u8, 3, 0, 0, 0]);
        Broken("the version 0 is none", [.. "GGUF"u8, 0, 0, 0, 0]);
        Broken("it claims 1000001 tensors", New().Start(1_000_001, 0).Data(1, 0));
        Broken("it claims 100001 keys", New().Start(0, 100_001).Data(1, 0));
        Broken("a key has 65536 bytes", New().Start(0, 1).U64(65_536).Data(1, 0));
        Broken("has the type 13, which is none", New().Start(0, 1).Text("k").U32(13).Data(1, 8));
        Broken("the key 'k' stands there twice",
            New().Start(0, 2).Text("k").U32(4).U32(1).Text("k").U32(4).U32(1).Data(1, 0));
        Broken("a string has 10000001 bytes", New().Start(0, 1).Text("k").U32(8).U64(10_000_001).Data(1, 0));
        Broken("a string has 100 bytes, and the file 10 more", New().Start(0, 1).Text("k").U32(8).U64(100).Data(1, 10));
        Broken("an array has 1000001 elements", New().Start(0, 1).Text("k").U32(9).U32(0).U64(1_000_001).Data(1, 0));
        Broken("an array has 9 elements of 8 bytes", New().Start(0, 1).Text("k").U32(9).U32(12).U64(9).Data(1, 71));
        Broken("deeper than 4 levels", Nested(5));
        Broken("general.alignment is 3", New().Start(0, 1).Text("general.alignment").U32(4).U32(3).Data(1, 0));
    }

    [Fact]
    public void Run_BrokenTensors_SaysWhatIsWrong()
    {
        Broken("'t' has 9 dimensions", Tensor(9, [], 0, 0, 0));
        Broken("a tensor's name has 1025 bytes", New().Start(1, 0).U64(1025).Data(1, 0));
        Broken("a dimension of 4294967297", Tensor(1, [(1UL << 32) + 1], 0, 0, 0));
        Broken("too many elements in all", Tensor(3, [1UL << 32, 1UL << 32, 2], 0, 0, 0));
        Broken("no multiple of 32", Tensor(1, [1], 0, 8, 96));
        Broken("it is truncated|the file is truncated", Tensor(1, [1], 0, 1 << 20, 64));
        Broken("rows of 100 elements, and blocks of Q4_0 have 32", Tensor(1, [100], 2, 0, 96));
        Broken("elements, more than fit", Tensor(1, [1 << 20], 77, 0, 96));
        Broken("before the end of 'a'", New().Start(2, 0).Text("a").U32(1).U64(16).U32(0).U64(0)
            .Text("b").U32(1).U64(1).U32(0).U64(32).Data(32, 200));
        Broken("another tensor is named 'a'", New().Start(2, 0).Text("a").U32(1).U64(1).U32(0).U64(0)
            .Text("a").U32(1).U64(1).U32(0).U64(32).Data(32, 200));
    }

    [Fact]
    public void Run_TypeOfUnknownSize_IsCountedWithoutBytes()
    {
        var file = Tensor(1, [64], 77, 0, 100);
        var parser = Feeder.Run(new GgufParser("f", file.Length), file);
        Assert.Null(parser.Fault);
        Assert.Equal([new("type_77", 64, 0)], parser.Totals.Dtypes.AsEnumerable());
    }

    [Fact]
    public void Run_NestingOfFour_Passes() => Assert.Null(FaultOf(Nested(4)));

    private static byte[] Nested(int levels)
    {
        var writer = New().Start(0, 1).Text("k").U32(9);
        for (var i = 1; i < levels; i++) writer.U32(9).U64(1);
        return writer.U32(0).U64(2).Data(1, 2);
    }

    private static byte[] Tensor(uint rank, ulong[] shape, uint type, ulong offset, int data)
    {
        var writer = New().Start(1, 0).Text("t").U32(rank);
        foreach (var length in shape) writer.U64(length);
        return writer.U32(type).U64(offset).Data(32, data);
    }

    private static GgufWriter New() => new(3, false);

    private static void Broken(string what, byte[] file)
    {
        var fault = FaultOf(file);
        Assert.NotNull(fault);
        Assert.Contains(what.Split('|'), part => fault.What.Contains(part, StringComparison.Ordinal));
    }

    private static Fault? FaultOf(byte[] file) => Feeder.FaultOf(() => new GgufParser("f.gguf", file.Length), file);
}
