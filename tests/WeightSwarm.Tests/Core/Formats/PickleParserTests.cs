using WeightSwarm.Core.Formats;

namespace WeightSwarm.Tests.Core.Formats;

/// <summary>Pickles put together opcode by opcode (see Lib/pickletools.py); none is ever loaded.</summary>
public class PickleParserTests
{
    [Fact]
    public void Run_Tensors_AreNoDanger()
    {
        var parser = Scan(WeightBytes.TorchPickle());
        Assert.Equal((null, null), (parser.Fault, parser.Danger));
    }

    [Fact]
    public void Run_OldFormatOfTorch_ReadsFivePicklesAndNoData()
    {
        byte[] magic = WeightBytes.Pickle(
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, ".");
        byte[] number = WeightBytes.Pickle(0x80, 2, "M", 0xE9, 3, ".");
        byte[] file = [.. magic, .. number, .. number, .. WeightBytes.TorchPickle(), .. number, 0x80, 2, 0xFF, 0xFF];
        Assert.Equal((null, null), (Scan(file).Fault, Scan(file).Danger));
        Assert.NotNull(Scan(file[..(file.Length - 6)]).Fault);
    }

    public static TheoryData<string, byte[]> Malicious => new()
    {
        { "os.system", WeightBytes.Pickle("cos\nsystem\n(S'id'\ntR.") },
        { "posix.system", WeightBytes.Pickle(0x80, 2, "cposix\nsystem\nX", 2, 0, 0, 0, "id", 0x85, "R.") },
        { "os.system", WeightBytes.Pickle(0x80, 4, 0x8C, 2, "os", 0x8C, 6, "system", 0x93, 0x8C, 2, "id", 0x85, "R.") },
        { "os.system", WeightBytes.Pickle("(S'id'\nios\nsystem\n.") },
        { "builtins.eval", WeightBytes.Pickle(
            0x80, 4, 0x8C, 8, "builtins", 0x94, "0", 0x8C, 4, "eval", "q", 7, "0h", 0, "h", 7, 0x93, ".") },
        { "builtins.eval", WeightBytes.Pickle("Vbuiltins\np1\n0Veval\np22\n0g1\ng22\n", 0x93, ".") },
        { "os.system", WeightBytes.Pickle(
            "(", "X", 2, 0, 0, 0, "os", "lX", 2, 0, 0, 0, "os", "T", 6, 0, 0, 0, "system", 0x93, ".") },
        { "os.system", WeightBytes.Pickle("X", 2, 0, 0, 0, "os", "2U", 6, "system", 0x93, ".") },
        { "torch._utils.os.system", WeightBytes.Pickle(0x80, 4, "ctorch._utils\nos.system\n.") },
        { "torch.load", WeightBytes.Pickle(0x80, 2, "ctorch\nload\n.") },
        { "torch.hub.load", WeightBytes.Pickle(0x80, 2, "ctorch.hub\nload\n.") },
        { "os.system", [.. WeightBytes.TorchPickle(), .. WeightBytes.Pickle(0x80, 2, "cos\nsystem\n.")] },
    };

    [Theory]
    [MemberData(nameof(Malicious))]
    public void Run_OtherImports_AreNamed(string import, byte[] pickle)
    {
        foreach (var chunk in (int[])[1, 2, 1000])
        {
            var parser = Scan(pickle, chunk);
            Assert.Contains(import, parser.Suspicious);
            Assert.Contains(import, parser.Danger, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_WhatCannotBeFollowed_IsDangerous()
    {
        Lost("texts that cannot be followed", 0x80, 4, "K", 1, "K", 2, 0x93, ".");
        Lost("texts that cannot be followed", 0x80, 4, "h", 9, 0x8C, 1, "x", 0x93, ".");
        Lost("texts that cannot be followed", 0x8C, 2, "os", "(", 0x8C, 6, "system", 0x93, ".");
        Lost("texts that cannot be followed", "V\\u006fs\nVsystem\n", 0x93, ".");
        Lost("registry of extensions", 0x80, 2, 0x82, 1, ".");
        Lost("more from its stack than there is", 0x80, 2, "R.");
        Lost("mark from its stack", 0x80, 2, "K", 1, "t.");
        Lost("two ways of numbering", 0x80, 4, "K", 1, "q", 0, 0x94, ".");
        Lost("index that is no number", "K", 1, "pxyz\n.");
    }

    [Fact]
    public void Run_Truncated_IsAFault()
    {
        var pickle = WeightBytes.TorchPickle();
        for (var length = 1; length < pickle.Length; length++) Assert.NotNull(Scan(pickle[..length]).Fault);
    }

    [Fact]
    public void Run_NoOpcode_SaysWhere()
    {
        var fault = Scan(WeightBytes.Pickle(0x80, 2, "K", 1, 0xFF)).Fault;
        Assert.Equal((4, "a pickle has no opcode 0xFF"), (fault!.Offset, fault.What));
    }

    [Fact]
    public void Run_LargeBytes_AreSkippedUnread()
    {
        var parser = new PickleParser("f");
        parser.Feed(WeightBytes.Pickle(0x80, 4, 0x8E, 0, 0, 0, 0, 0, 1, 0, 0));
        Assert.Equal(11 + (1L << 40), parser.Offset);
        parser.Feed("."u8);
        parser.End();
        Assert.Null(parser.Fault);
    }

    [Fact]
    public void Run_ManyMarksAndFailingPops_TakesLinearTime()
    {
        // A search for the last mark at every opcode would take hours here, and nobody would see the end of the test.
        byte[] file = [.. Enumerable.Repeat((byte)'N', 1 << 20), .. Enumerable.Repeat((byte)'t', 1 << 20), (byte)'.'];
        Assert.Contains("mark", Scan(file).Danger, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ProtocolFour_FollowsMemoAndFrames() => Assert.Null(Scan(WeightBytes.Pickle(
        0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0, 0x8C, 11, "collections", 0x94, 0x8C, 11, "OrderedDict", 0x94, 0x93, 0x94,
        ")R(", "h", 0, "h", 1, 0x93, ")Re.")).Danger);

    private static void Lost(string why, params object[] opcodes) =>
        Assert.Contains(why, Scan(WeightBytes.Pickle(opcodes)).Danger, StringComparison.Ordinal);

    private static PickleParser Scan(byte[] file, int chunk = int.MaxValue) =>
        Feeder.Run(new PickleParser("f"), file, chunk);
}
