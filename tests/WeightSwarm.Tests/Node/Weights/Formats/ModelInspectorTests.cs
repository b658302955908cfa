using System.Text;
using WeightSwarm.Core.Formats;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Weights;
using WeightSwarm.Node.Weights.Formats;
using WeightSwarm.Tests.Core.Formats;

namespace WeightSwarm.Tests.Node.Weights.Formats;

/// <summary>From a folder on disk to what <c>add</c> says of it.</summary>
public sealed class ModelInspectorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inspect_WholeModel_SaysWhatItIs()
    {
        Put("model-00001-of-00002.safetensors", WeightBytes.SmallSafetensors());
        Put("model-00002-of-00002.safetensors", WeightBytes.Safetensors(("c", "BF16", [100], 200)));
        Put("model.safetensors.index.json", """
            {"weight_map":{"a.weight":"model-00001-of-00002.safetensors","b":"model-00001-of-00002.safetensors",
            "c":"model-00002-of-00002.safetensors"}}
            """);
        Put("config.json", """{"architectures":["LlamaForCausalLM"]}""");
        Put("README.md", "# a model");
        var facts = Inspect();
        Assert.Empty(facts.Faults);
        Assert.Empty(facts.Notes);
        Assert.Equal((110, 2, 2, "LlamaForCausalLM"), (facts.Facts.Parameters, facts.Facts.ShardsPresent,
            facts.Facts.ShardsExpected, facts.Facts.Architecture));
        Assert.Equal([HazardLabels.SafeFormatsOnly], facts.Facts.Hazards.AsEnumerable());
    }

    [Fact]
    public void Inspect_Gguf_SaysWhatItIs()
    {
        Put("m.gguf", GgufWriter.Small(3, false));
        var facts = Inspect();
        Assert.Equal((515, "llama"), (facts.Facts.Parameters, facts.Facts.Architecture));
    }

    [Fact]
    public void Check_TruncatedSafetensors_IsRefusedWithFileOffsetAndWhat()
    {
        var whole = WeightBytes.SmallSafetensors();
        Put("d/model.safetensors", whole[..^1]);
        var error = Assert.Throws<ControlException>(() => WeightCheck.Run(Scan(), force: false));
        Assert.Equal((ControlExit.VerificationFailed, "broken-weights"), (error.Exit, error.Code));
        Assert.Contains(
            $"'d/model.safetensors', offset {whole.Length - 1}: the file is truncated", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TruncatedSafetensorsByForce_IsTakenAndCounted()
    {
        Put("model.safetensors", WeightBytes.SmallSafetensors()[..^1]);
        Put("other.safetensors", WeightBytes.SmallSafetensors());
        var facts = WeightCheck.Run(Scan(), force: true);
        Assert.Equal((1, 2), (facts.Facts.BrokenFiles, facts.Facts.ShardsPresent));
        Assert.Equal("model.safetensors", Assert.Single(facts.Faults).File);
    }

    [Fact]
    public void Inspect_PointerOfGitLfs_IsAFault()
    {
        Put("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
        Assert.Contains("git lfs pull", Assert.Single(Inspect().Faults).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Inspect_CheckpointOfTorch_IsAPickleAndNoDanger(bool deflated)
    {
        Put("pytorch_model.bin", ZipBytes.Archive(deflated));
        Put("old.pt", WeightBytes.TorchPickle());
        Put("raw.bin", Encoding.UTF8.GetBytes("no pickle at all, but a vocabulary"));
        var facts = Inspect();
        Assert.Empty(facts.Faults);
        Assert.Equal([HazardLabels.ContainsPickle], facts.Facts.Hazards.AsEnumerable());
        Assert.Equal(["old.pt", "pytorch_model.bin"], facts.Hazards.Select(h => h.File));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Inspect_MaliciousPickleInAnArchive_IsDangerous(bool deflated)
    {
        Put("model.pt", ZipBytes.Archive(deflated, ("m/data.pkl", WeightBytes.Pickle("cos\nsystem\n(S'id'\ntR."))));
        var facts = Inspect();
        Assert.Equal([HazardLabels.ContainsPickle, HazardLabels.DangerousPickle], facts.Facts.Hazards.AsEnumerable());
        Assert.Contains(facts.Hazards, h => h.Why == "holds the pickle m/data.pkl, and it imports os.system");
    }

    [Fact]
    public void Inspect_PickleOfTextWithABinsName_IsDangerous()
    {
        Put("pytorch_model.bin", WeightBytes.Pickle("cos\nsystem\n(S'id'\ntR", 0xFF, 0xFF));
        Assert.Contains(HazardLabels.DangerousPickle, Inspect().Facts.Hazards);
    }

    [Fact]
    public void Inspect_EndlessOpcodesWithABinsName_AreNotReadToTheEnd()
    {
        var opcodes = new byte[(64 << 20) + 5];
        opcodes.AsSpan().Fill((byte)'N');
        Put("raw.bin", opcodes);
        Assert.Contains(HazardLabels.DangerousPickle, Inspect().Facts.Hazards);
    }

    [Fact]
    public void Inspect_InflatingBomb_StopsAtALimit()
    {
        var bomb = new byte[300 << 20];
        WeightBytes.Pickle(0x80, 4, 0x8E, 0, 0, 0, 0x20, 0, 0, 0, 0).CopyTo(bomb, 0);
        Put("model.pt", ZipBytes.Archive(true, ("m/data.pkl", bomb)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var facts = Inspect();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.Contains(facts.Hazards, h => h.Why.Contains("inflates to more than", StringComparison.Ordinal));
    }

    [Fact]
    public void Inspect_DamagedArchives_AreFaults()
    {
        var archive = ZipBytes.Archive(true);
        Fault("ends with its directory", archive[..^10]);
        var damaged = (byte[])archive.Clone();
        damaged[0] = (byte)'P';
        damaged.AsSpan(40, 20).Fill(0xFF);
        Fault("is damaged", damaged);
        var cut = archive.AsSpan().IndexOf("PK\u0001\u0002"u8);
        Fault("a part of the archive is gone|directory", [.. archive[..20], .. archive[(cut - 20)..]]);
        var pickle = WeightBytes.TorchPickle()[..^1];
        Fault("the pickle ends before its STOP", ZipBytes.Archive(false, ("m/data.pkl", pickle)));
    }

    [Fact]
    public void Inspect_Code_IsNamed()
    {
        Put("config.json", """{"auto_map":{"AutoModel":"modeling.X"}}""");
        Put("modeling.py", "class X: pass");
        Put("run", "\u007fELF....");
        Put("llama.llamafile", "MZqFpD='\n");
        Put("start", "#!/bin/sh\n");
        Put("model.keras", ZipBytes.Archive(true, ("config.json", """{"class_name": "Lambda"}"""u8.ToArray())));
        Put("old.h5", new string(' ', 5000) + """ "class_name": "Lambda" """);
        Put("script.pt", ZipBytes.Archive(
            false, ("m/code/__torch__.py", [1]), ("m/constants.pkl", WeightBytes.Pickle(0x80, 2, ")."))));
        var facts = Inspect();
        Assert.Equal(
            ["config.json", "llama.llamafile", "model.keras", "modeling.py", "old.h5", "run", "script.pt", "start"],
            facts.Hazards.Where(h => h.Label == HazardLabels.ContainsCode).Select(h => h.File)
                .Order(StringComparer.Ordinal));
        Assert.Equal([HazardLabels.ContainsCode, HazardLabels.ContainsPickle], facts.Facts.Hazards.AsEnumerable());
    }

    [Fact]
    public void Inspect_BrokenConfig_IsANoteAndNoFault()
    {
        Put("config.json", "{\"architectures\": [");
        var facts = Inspect();
        Assert.Empty(facts.Faults);
        Assert.Contains("'config.json' cannot be read", Assert.Single(facts.Notes), StringComparison.Ordinal);
    }

    private void Fault(string what, byte[] archive)
    {
        Put("model.pt", archive);
        var fault = Assert.Single(Inspect().Faults);
        Assert.Contains(what.Split('|'), part => fault.What.Contains(part, StringComparison.Ordinal));
    }

    private void Put(string path, byte[] content) => _folder.Write(path, content);

    private void Put(string path, string content) => Put(path, Encoding.Latin1.GetBytes(content));

    private FolderScanResult Scan() => FolderScan.Run(_folder.Root);

    private ModelFacts Inspect() => ModelInspector.Inspect(Scan());
}
