using System.Text;
using WeightSwarm.Core.Formats;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>
/// Damaged headers: every one is read or refused with a fault, none throws, none runs on, none takes much memory. With
/// WEIGHTSWARM_LONG=1 a million in all; WEIGHTSWARM_SEED replays another seed.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Parsers = 7;
    private const long MostAllocated = 1 << 20;

    private static readonly int _rounds =
        (Environment.GetEnvironmentVariable("WEIGHTSWARM_LONG") == "1" ? 1_050_000 : 63_000) / Parsers;

    [Fact]
    public void Safetensors_Mutated_NeverThrow() => Check(
        [
            WeightBytes.SmallSafetensors(),
            WeightBytes.Safetensors(("model.embed", "BF16", [2, 3], 12), ("x", "U8", [0], 0), ("F", "F8_E4M3", [7], 7)),
            WeightBytes.Safetensors(
                """{"\u0061":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},"__metadata__":null}   """, 2),
        ], bytes => new SafetensorsParser("f", bytes), parser => Totals(((SafetensorsParser)parser).Totals));

    [Fact]
    public void Gguf_Mutated_NeverThrow() => Check(
        [GgufWriter.Small(3, false), GgufWriter.Small(1, false), GgufWriter.Small(2, true)],
        bytes => new GgufParser("f", bytes), parser => Totals(((GgufParser)parser).Totals));

    [Fact]
    public void Index_Mutated_NeverThrows() => Check(
        [WeightBytes.Index(5, 2), WeightBytes.Index(1, 1)],
        _ => new ShardIndexParser("f"),
        parser => Assert.All(((ShardIndexParser)parser).Shards, s => Assert.True(s.Tensors > 0)));

    [Fact]
    public void Config_Mutated_NeverThrows() => Check(
        [
            """{"architectures":["LlamaForCausalLM"],"model_type":"llama","auto_map":{"A":"x.Y"},"n":[1,{"a":2}]}"""u8
                .ToArray(),
            """{"_class_name":"StableDiffusionPipeline","unet":["diffusers","UNet2D"],"\u0061":null}"""u8.ToArray(),
        ], _ => new ConfigParser("f"), parser => Assert.InRange(((ConfigParser)parser).Architecture.Length, 0, 64));

    [Fact]
    public void Pickles_Mutated_NeverThrow() => Check(
        [
            WeightBytes.TorchPickle(), WeightBytes.Pickle("(S'id'\nios\nsystem\np0\ng0\n."),
            WeightBytes.Pickle(0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0, 0x8C, 2, "os", 0x94, 0x8C, 6, "system", 0x93,
                0x94, "(", 0x8C, 1, "x", 0x86, 0x92, 0x8F, 0x28, "K", 1, 0x90, "e."),
        ], _ => new PickleParser("f"), parser => Assert.InRange(((PickleParser)parser).Suspicious.Length, 0, 64));

    [Fact]
    public void ZipDirectories_Mutated_NeverThrow() => Check(
        [ZipBytes.Archive(false), ZipBytes.Archive(true)],
        _ => new NoParser(), file =>
        {
            if (ZipEnd.Find(file, file.Length) is not { } end) return;
            Assert.InRange(end.Offset + end.Bytes, end.Offset, file.Length);
            var parser = Feeder.Run(new ZipDirectoryParser("f", end), file.AsSpan(0, (int)(end.Offset + end.Bytes)));
            Assert.All(parser.Members, m => Assert.InRange(m.Offset + m.Bytes, 0, file.Length));
        });

    [Fact]
    public void Names_Mutated_NeverThrow() => Check(
        ["model-00001-of-000163.safetensors"u8.ToArray(), "a/b_00000-of-00002.bin"u8.ToArray()],
        _ => new NoParser(), file =>
        {
            var path = Encoding.UTF8.GetString(file);
            var sets = ShardSets.Of([path]);
            Assert.InRange(sets.Missing.Length, 0, ShardSets.MostNamed);
            if (ShardName.Parse(path) is { } name) Assert.Equal(path, name.Sibling(name.Number));
            Assert.True(Enum.IsDefined(FileForms.Of(path, file)));
        });

    private void Check(byte[][] samples, Func<long, ChunkParser> create, Action<ChunkParser> whole) =>
        Check(samples, create, _ => { }, whole);

    private void Check(
        byte[][] samples, Func<long, ChunkParser> create, Action<byte[]> also, Action<ChunkParser>? whole = null)
    {
        var seed = Environment.GetEnvironmentVariable("WEIGHTSWARM_SEED") is { } text ? int.Parse(text) : 20_250_102;
        output.WriteLine($"seed {seed} (set WEIGHTSWARM_SEED to replay another), {_rounds} rounds");
        var random = new Random(seed);
        int accepted = 0, refused = 0;
        for (var round = 0; round < _rounds; round++)
        {
            var file = Mutation.Of(samples, random);
            try
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                also(file);
                var parser = Feed(create, file, random);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostAllocated);
                if (parser.Fault is null) whole?.Invoke(parser);
                if (parser.Fault is null) accepted++;
                else refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed}, round {round}, input {Convert.ToBase64String(file)}: {e.Message}", e);
            }
        }
        output.WriteLine($"{accepted} accepted, {refused} refused");
        if (whole is null) return;
        Assert.InRange(accepted, 1, _rounds / 2);
        Assert.InRange(refused, _rounds / 2, _rounds);
    }

    /// <summary>A parser may ask for bytes only as often as there are some.</summary>
    private static ChunkParser Feed(Func<long, ChunkParser> create, byte[] file, Random random)
    {
        // A size that does not match the file is a file that changes while it is read.
        var parser = create(random.Next(8) == 0 ? random.NextInt64() : file.Length);
        var chunk = random.Next(1, 200);
        for (var steps = 0; !parser.IsDone; steps++)
        {
            Assert.True(steps <= file.Length + 1, "the parser does not get on");
            if (parser.Offset >= file.Length)
            {
                parser.End();
                break;
            }
            var rest = file.AsSpan((int)parser.Offset);
            parser.Feed(rest[..Math.Min(chunk, rest.Length)]);
        }
        Assert.True(parser.Fault is null || parser.Fault.What.Length is > 0 and < 1000);
        return parser;
    }

    private static void Totals(TensorTotals totals)
    {
        Assert.InRange(totals.Parameters, 0, 1L << 60);
        Assert.All(totals.Dtypes, d => Assert.InRange(d.Dtype.Length, 1, 16));
    }

    private sealed class NoParser() : ChunkParser("f", 1)
    {
        protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
        {
            Done();
            return 0;
        }

        protected override void Ended() => Done();
    }
}
