using System.Text;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

public class SafetensorsParserTests
{
    [Fact]
    public void Run_WholeFile_CountsByDtype()
    {
        foreach (var chunk in (int[])[1, 5, 1000])
        {
            var parser = Feeder.Run(Parser(WeightBytes.SmallSafetensors(), out var file), file, chunk);
            Assert.Null(parser.Fault);
            Assert.Equal((2, 10), (parser.Totals.Tensors, parser.Totals.Parameters));
            Assert.Equal([new("F16", 9, 18), new("F64", 1, 8)], parser.Totals.Dtypes.AsEnumerable());
        }
    }

    [Fact]
    public void Run_ReadsTheHeaderAlone()
    {
        var parser = Parser(WeightBytes.SmallSafetensors(), out var file);
        parser.Feed(file.AsSpan(0, file.Length - 26));
        Assert.True(parser.IsDone);
        Assert.Null(parser.Fault);
    }

    [Theory]
    [InlineData("F4", 4, 2)]
    [InlineData("F6_E2M3", 4, 3)]
    [InlineData("F8_E8M0", 4, 4)]
    [InlineData("BF16", 4, 8)]
    [InlineData("C64", 4, 32)]
    [InlineData("F99_NEW", 4, 17)]
    [InlineData("U8", 0, 0)]
    public void Run_SoundDtype_Passes(string dtype, long elements, int bytes) =>
        Assert.Null(FaultOf(WeightBytes.Safetensors(("t", dtype, [elements], bytes))));

    [Theory]
    [InlineData("BF16", 4, 9)]
    [InlineData("F6_E2M3", 3, 2)]
    [InlineData("F32", 4, 15)]
    public void Run_ShapeAgainstBytes_NamesTheTensor(string dtype, long elements, int bytes)
    {
        var fault = FaultOf(WeightBytes.Safetensors(("the.tensor", dtype, [elements], bytes)));
        Assert.Contains(
            $"'the.tensor' has {elements} elements of {dtype} and {bytes} bytes", fault!.What,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TruncatedData_SaysWhereTheFileEnds()
    {
        var file = WeightBytes.SmallSafetensors()[..^5];
        var fault = FaultOf(file);
        Assert.Equal(("f.safetensors", (long)file.Length), (fault!.File, fault.Offset));
        Assert.Contains(
            $"truncated: it ends here, and its tensors reach to {file.Length + 5}", fault.What,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TrailingBytes_SaysWhereTheTensorsEnd()
    {
        byte[] file = [.. WeightBytes.SmallSafetensors(), 1, 2];
        var fault = FaultOf(file);
        Assert.Equal((file.Length - 2, "2 bytes follow the last tensor"), (fault!.Offset, fault.What));
    }

    [Fact]
    public void Run_EveryTruncation_IsAFault()
    {
        var file = WeightBytes.SmallSafetensors();
        for (var length = 0; length < file.Length; length++)
        {
            var part = file[..length];
            Assert.NotNull(Feeder.Run(new SafetensorsParser("f.safetensors", length), part).Fault);
        }
    }

    [Theory]
    [InlineData("""
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
        """, 2, "has the name of another one, at 9")]
    [InlineData("""
        {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
        """, 2, "has the name of another one")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "no tensor covers the bytes 0 to 1")]
    [InlineData("""
        {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
        """, 2, "within another one that ends at 2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807,3],"data_offsets":[0,2]}}""",
        2, "more than 2^63-1 elements")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,2]}}""",
        2, "more than 2^63-1 elements")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,2]}}""", 2, "is not one of 0 to 2^63-1")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,2]}}""", 2, "is not one of 0 to 2^63-1")]
    [InlineData("""{"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}""", 2, "is not one of 0 to 2^63-1")]
    [InlineData("""{"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}""", 2, "'Shape' of 'a' is not an array")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}""", 2, "before its start")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1,2]}}""", 2, "more than two offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}""", 2, "lacks its dtype, its shape or")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,2]}}""", 2, "lacks its dtype")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"shape":[2],"data_offsets":[0,2]}}""", 2, "has a field twice")]
    [InlineData("""{"a":{"dtype":"u 8","shape":[2],"data_offsets":[0,2]}}""", 2, "not the name of one")]
    [InlineData("""{"a":[]}""", 0, "the value of 'a' is not an object")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "is not a string")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "stands there twice")]
    [InlineData("""{"\ud800":{}}""", 0, "half a character")]
    [InlineData("""{"a":}""", 0, "it is not JSON")]
    [InlineData("""{} {}""", 0, "it is not JSON")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}""", 2, "it is not JSON")]
    [InlineData(" {}", 0, "does not start with '{'")]
    public void Run_BrokenHeader_SaysWhatIsWrong(string header, int data, string what) =>
        Assert.Contains(what, FaultOf(WeightBytes.Safetensors(header, data))!.What, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"__metadata__":null}""")]
    [InlineData("""{}         """)]
    [InlineData("""{"a":{"new":{"x":[1,{"y":2}]},"dtype":"U8","shape":[0,5],"data_offsets":[0,0]}}""")]
    public void Run_UnusualHeader_Passes(string header) => Assert.Null(FaultOf(WeightBytes.Safetensors(header, 0)));

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL)]
    public void Run_ImpossibleLength_IsAFaultAtOnce(ulong length)
    {
        var parser = new SafetensorsParser("f", long.MaxValue);
        parser.Feed([.. BitConverter.GetBytes(length), (byte)'{']);
        Assert.Equal(0, parser.Fault!.Offset);
        Assert.Contains($"claims {length} bytes", parser.Fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TensorsInAnyOrder_Pass() => Assert.Null(FaultOf(WeightBytes.Safetensors("""
        {"z":{"dtype":"U8","shape":[3],"data_offsets":[2,5]},"e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]},
        "a":{"data_offsets":[0,2],"shape":[1,2],"dtype":"U8"}}
        """, 5)));

    [Fact]
    public void Run_LongMetadata_PassesUpToTheLimit()
    {
        Assert.Null(FaultOfText(3 << 20));
        var fault = FaultOfText(JsonChunkParser.LongestToken + (1 << 20));
        Assert.Contains("one value is longer than", fault!.What, StringComparison.Ordinal);
    }

    private static Fault? FaultOfText(int length)
    {
        var file = WeightBytes.Safetensors($$$"""{"__metadata__":{"x":"{{{new string('x', length)}}}"}}""", 0);
        return Feeder.Run(new SafetensorsParser("f", file.Length), file, 1 << 16).Fault;
    }

    [Fact]
    public void Fault_OfHostileNames_HasNoControlCharacters()
    {
        var fault = FaultOf(WeightBytes.Safetensors("{\"\\u001b[31m" + new string('n', 1000) + "\":5}", 0));
        Assert.DoesNotContain('\u001b', fault!.ToString());
        Assert.InRange(Encoding.UTF8.GetByteCount(fault.ToString()), 1, 300);
    }

    private static SafetensorsParser Parser(byte[] bytes, out byte[] file)
    {
        file = bytes;
        return new SafetensorsParser("f.safetensors", bytes.Length);
    }

    private static Fault? FaultOf(byte[] file) =>
        Feeder.FaultOf(() => new SafetensorsParser("f.safetensors", file.Length), file);
}
