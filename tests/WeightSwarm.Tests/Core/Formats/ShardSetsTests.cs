using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

public class ShardSetsTests
{
    [Theory]
    [InlineData("model-00001-of-00163.safetensors", 1, 163)]
    [InlineData("model-00007-of-000163.safetensors", 7, 163)]
    [InlineData("a/b/pytorch_model_000002-of-000003.bin", 2, 3)]
    [InlineData("llama-q4-00002-of-00002.gguf", 2, 2)]
    public void Parse_NameOfAShard_HasItsNumbers(string path, int number, int total)
    {
        var name = ShardName.Parse(path);
        Assert.Equal((number, total, path), (name!.Number, name.Total, name.Sibling(number)));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("model-0001-of-0002.safetensors")]
    [InlineData("model-0000001-of-0000002.safetensors")]
    [InlineData("model00001-of-00002.safetensors")]
    [InlineData("00001-of-00002.safetensors")]
    [InlineData("model-00001-of-00002")]
    [InlineData("model-00001-of-00002.d/x")]
    [InlineData("-of-00002.gguf")]
    [InlineData("")]
    public void Parse_AnyOtherName_IsNone(string path) => Assert.Null(ShardName.Parse(path));

    [Fact]
    public void Of_MissingShards_NamesThem()
    {
        var sets = ShardSets.Of(
        [
            "d/m-00001-of-000004.safetensors", "d/m-00004-of-000004.safetensors", "d/x.safetensors",
            "e/m-00002-of-00002.gguf",
        ]);
        Assert.Equal(3, sets.Present.Length);
        Assert.Equal(["d/m-00002-of-000004.safetensors", "d/m-00003-of-000004.safetensors", "e/m-00001-of-00002.gguf"],
            sets.Missing.AsEnumerable());
        Assert.Equal(3, sets.MissingCount);
    }

    [Fact]
    public void Of_ShardsFromZero_TakesEitherTotal()
    {
        Assert.Empty(ShardSets.Of(["m-00000-of-00002.safetensors", "m-00001-of-00002.safetensors"]).Missing);
        Assert.Empty(ShardSets.Of(
            ["m-00000-of-00002.safetensors", "m-00001-of-00002.safetensors", "m-00002-of-00002.safetensors"]).Missing);
        Assert.Equal(
            ["m-00001-of-00002.safetensors"], ShardSets.Of(["m-00000-of-00002.safetensors"]).Missing.AsEnumerable());
    }

    [Fact]
    public void Of_OneNumberTwice_IsADuplicate() => Assert.Equal(["m-000001-of-00001.bin"],
        ShardSets.Of(["m-00001-of-00001.bin", "m-000001-of-00001.bin"]).Duplicates.AsEnumerable());

    [Fact]
    public void Of_EnormousTotal_NamesAFewAndCountsAll()
    {
        var sets = ShardSets.Of(["m-000001-of-999999.bin"]);
        Assert.Equal((999_998, ShardSets.MostNamed), (sets.MissingCount, sets.Missing.Length));
    }
}
