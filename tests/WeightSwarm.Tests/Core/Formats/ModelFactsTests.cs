using System.Collections.Immutable;
using System.Text;
using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

public class ModelFactsTests
{
    [Fact]
    public void Of_ShardedModel_SumsItsShards()
    {
        var facts = ModelFacts.Of(
        [
            Config("config.json", "LlamaForCausalLM"), Tensors("model-00001-of-00003.safetensors", 100),
            Tensors("model-00003-of-00003.safetensors", 50),
        ]);
        Assert.Equal((150, "LlamaForCausalLM", 2, 3),
            (facts.Facts.Parameters, facts.Facts.Architecture, facts.Facts.ShardsPresent, facts.Facts.ShardsExpected));
        Assert.Equal(["model-00002-of-00003.safetensors"], facts.MissingShards.AsEnumerable());
        Assert.Equal([HazardLabels.SafeFormatsOnly], facts.Facts.Hazards.AsEnumerable());
        Assert.Equal([new DtypeCount("BF16", 150, 300)], facts.Facts.Dtypes.AsEnumerable());
    }

    [Fact]
    public void Of_OtherFormsOfTheSameWeights_CountsThemOnce()
    {
        Assert.Equal(100, Parameters(Tensors("model.safetensors", 100), Tensors("model.fp16.safetensors", 100),
            Tensors("original/consolidated.safetensors", 100), Tensors("m-q4.gguf", 100)));
        Assert.Equal(90, Parameters(
            Tensors("consolidated.00.safetensors", 40), Tensors("consolidated.01.safetensors", 50)));
        Assert.Equal(120, Parameters(
            Tensors("unet/diffusion.safetensors", 70), Tensors("vae/diffusion.safetensors", 50)));
        Assert.Equal(100, Parameters(Tensors("Q4/m-00001-of-00002.gguf", 60), Tensors("Q4/m-00002-of-00002.gguf", 40),
            Tensors("Q8/m.gguf", 99)));
        Assert.Equal(7, Parameters(Tensors("original/consolidated.safetensors", 7)));
    }

    [Fact]
    public void Of_Index_SaysWhatLacksAndWhatIsOneSet()
    {
        var index = new FileFinding
        {
            Path = "model.safetensors.index.json",
            Form = FileForm.ShardIndex,
            Shards = [new("a.safetensors", 1), new("b.safetensors", 2), new("gone.safetensors", 1)],
        };
        var facts = ModelFacts.Of([index, Tensors("a.safetensors", 10), Tensors("b.safetensors", 20)]);
        Assert.Equal((30, 2, 3), (facts.Facts.Parameters, facts.Facts.ShardsPresent, facts.Facts.ShardsExpected));
        Assert.Equal(["gone.safetensors"], facts.MissingShards.AsEnumerable());
        Assert.Equal(["'b.safetensors' has 1 tensors, and the index says 2"], facts.Notes.AsEnumerable());
    }

    [Fact]
    public void Of_ManyDtypes_SumsTheRest()
    {
        var dtypes = Enumerable.Range(0, 20).Select(i => new DtypeCount($"T{i:00}", 100 - i, 1)).ToImmutableArray();
        var facts = ModelFacts.Of([Tensors("m.safetensors", 0) with { Tensors = new TensorTotals(20, dtypes) }]).Facts;
        Assert.Equal(Facts.MostDtypes, facts.Dtypes.Length);
        Assert.Equal((Facts.OtherDtypes, 13), (facts.Dtypes[^1].Dtype, facts.Dtypes[^1].Bytes));
        Assert.Equal(facts.Parameters, facts.Dtypes.Sum(d => d.Parameters));
    }

    [Fact]
    public void Of_EnormousClaims_StopsAtALimit()
    {
        var dtypes = Enumerable.Range(0, 20)
            .Select(i => new DtypeCount($"T{i}", 1L << 60, 1L << 60)).ToImmutableArray();
        var file = Tensors("m.safetensors", 0) with { Tensors = new TensorTotals(1, dtypes) };
        var facts = ModelFacts.Of([file, file with { Path = "b/m.safetensors" }]).Facts;
        Assert.Equal(1L << 60, facts.Parameters);
        Assert.All(facts.Dtypes, d => Assert.InRange(d.Parameters, 0, 1L << 60));
    }

    [Fact]
    public void Of_PicklesAlone_CountsThemAsShards()
    {
        var pickle = new FileFinding
        {
            Path = "pytorch_model.bin",
            Form = FileForm.Archive,
            Hazards = [new(HazardLabels.ContainsPickle, "pytorch_model.bin", "is a pickle")],
        };
        var facts = ModelFacts.Of([pickle]).Facts;
        Assert.Equal((1, 1, 0), (facts.ShardsPresent, facts.ShardsExpected, facts.Parameters));
        Assert.Equal([HazardLabels.ContainsPickle], facts.Hazards.AsEnumerable());
    }

    [Fact]
    public void Config_OfTransformersAndDiffusers_SayTheirArchitecture()
    {
        Assert.Equal("A", Parse("""{"x":{"architectures":["No"]},"architectures":["A","B"]}""").Architecture);
        Assert.Equal("llama", Parse("""{"model_type":"llama","a":{"model_type":"inner"}}""").Architecture);
        Assert.Equal("FluxPipeline", Parse("""{"_class_name":"FluxPipeline","vae":["diffusers","X"]}""").Architecture);
        Assert.Equal("a??b", Parse("{\"model_type\":\"a\\u0007 b\"}").Architecture);
        Assert.Equal(64, Parse("{\"model_type\":\"" + new string('x', 500) + "\"}").Architecture.Length);
    }

    [Fact]
    public void Config_WithAutoMap_SaysSo()
    {
        Assert.True(Parse("""{"auto_map":{"AutoModel":"modeling_x.XModel"}}""").HasAutoMap);
        Assert.False(Parse("""{"auto_map":{},"other":{"AutoModel":"x"}}""").HasAutoMap);
        Assert.False(Parse("""{"a":{"auto_map":{"AutoModel":"x"}}}""").HasAutoMap);
    }

    private static ConfigParser Parse(string text) =>
        Feeder.Run(new ConfigParser("c"), Encoding.UTF8.GetBytes(text), 5);

    private static long Parameters(params FileFinding[] files) => ModelFacts.Of(files).Facts.Parameters;

    private static FileFinding Config(string path, string architecture) =>
        new() { Path = path, Form = FileForm.Config, Architecture = architecture };

    private static FileFinding Tensors(string path, long parameters) => new()
    {
        Path = path,
        Form = FileForms.Of(path, []),
        Tensors = new TensorTotals(1, [new DtypeCount("BF16", parameters, 2 * parameters)]),
    };
}
