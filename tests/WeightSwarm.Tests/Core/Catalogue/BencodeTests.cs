using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class BencodeTests
{
    [Theory]
    [InlineData("i0e")]
    [InlineData("i-1e")]
    [InlineData("i9223372036854775807e")]
    [InlineData("i-9223372036854775808e")]
    [InlineData("0:")]
    [InlineData("4:spam")]
    [InlineData("le")]
    [InlineData("de")]
    [InlineData("d0:le1:ai1e1:bl1:xd1:y0:eee")]
    public void Parse_WellSpelledValue_IsRead(string text)
    {
        var document = Read(text, out var reason);
        Assert.True(document is not null, reason);
        Assert.Equal(text, Write(document.Root));
    }

    [Theory]
    [InlineData("", "ends at offset 0")]
    [InlineData("i1", "'e' is expected")]
    [InlineData("ie", "expected")]
    [InlineData("i-e", "expected")]
    [InlineData("i-0e", "-0")]
    [InlineData("i01e", "leading zero")]
    [InlineData("i+1e", "expected")]
    [InlineData("i9223372036854775808e", "too large")]
    [InlineData("i-9223372036854775809e", "too large")]
    [InlineData("i99999999999999999999999999e", "too large")]
    [InlineData("01:a", "leading zero")]
    [InlineData("-1:a", "expected")]
    [InlineData("2147483647:a", "claims 2147483647 bytes")]
    [InlineData("2147483648:a", "too large")]
    [InlineData("3:ab", "claims 3 bytes where 2 remain")]
    [InlineData("l", "ends")]
    [InlineData("d1:ai1e", "ends")]
    [InlineData("d1:ae", "no value")]
    [InlineData("di1e1:ae", "expected")]
    [InlineData("d1:b0:1:a0:e", "ascending")]
    [InlineData("d1:a0:1:a0:e", "twice")]
    [InlineData("i1ei2e", "3 bytes follow")]
    [InlineData("i1e\n", "1 bytes follow")]
    [InlineData("e", "expected")]
    [InlineData("x", "expected")]
    public void Parse_MalformedValue_IsRefusedWithReason(string text, string because)
    {
        Assert.Null(Read(text, out var reason));
        Assert.Contains(because, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooDeep_IsRefusedWithoutRecursion()
    {
        var deep = new string('l', 10_000_000);
        Assert.Null(Read(deep, out var reason));
        Assert.Contains("deeper than 32 levels", reason, StringComparison.Ordinal);
        Assert.NotNull(Read(new string('l', 32) + new string('e', 32), out _));
        Assert.Null(Read(new string('l', 33) + new string('e', 33), out _));
    }

    [Fact]
    public void Parse_TooManyValues_IsRefused()
    {
        var bytes = Encoding.Latin1.GetBytes("l" + string.Concat(Enumerable.Repeat("0:", 10)) + "e");
        Assert.NotNull(BencodeDocument.Parse(bytes, new BencodeLimits(4, 11), out _));
        Assert.Null(BencodeDocument.Parse(bytes, new BencodeLimits(4, 10), out var reason));
        Assert.Contains("more than 10 values", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Accessors_WrongKind_SayNo()
    {
        var root = Read("d1:ai5e1:b2:xye", out _)!.Root;
        Assert.True(root.TryGet("a"u8, out var number) && number.TryInteger(out var five) && five == 5);
        Assert.True(root.TryGet("b"u8, out var text) && text.TryString(out var xy) && xy.Span.SequenceEqual("xy"u8));
        Assert.False(root.TryGet("c"u8, out _));
        Assert.False(number.TryString(out _));
        Assert.False(text.TryInteger(out _));
        Assert.False(text.TryGet("a"u8, out _));
        Assert.Empty(number.Items);
        Assert.Empty(root.Items);
        Assert.Empty(text.Pairs);
    }

    [Fact]
    public void Parse_AnyBytes_AcceptsOnlyWhatItWouldWrite()
    {
        // What is accepted has one spelling: writing it again gives the same bytes.
        var alphabet = Gen.Elements("d", "l", "e", "i", "0", "1", "2", ":", "-", "a", "1:a", "2:ab", "i7e", "0:", "de");
        var property = Prop.ForAll(Gen.ArrayOf(alphabet).ToArbitrary(), parts =>
        {
            var text = string.Concat(parts);
            var document = Read(text, out var reason);
            return document is null ? reason.Length > 0 : Write(document.Root) == text;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), property);
    }

    private static BencodeDocument? Read(string text, out string reason) =>
        BencodeDocument.Parse(Encoding.Latin1.GetBytes(text), BencodeLimits.Default, out reason);

    private static string Write(BencodeNode node)
    {
        var writer = new BencodeWriter();
        Write(writer, node);
        return Encoding.Latin1.GetString(writer.ToArray());
    }

    private static void Write(BencodeWriter writer, BencodeNode node)
    {
        switch (node.Kind)
        {
            case BencodeKind.Number:
                Assert.True(node.TryInteger(out var value));
                writer.Number(value);
                break;
            case BencodeKind.Text:
                writer.Bytes(node.Span);
                break;
            case BencodeKind.List:
                writer.List();
                foreach (var item in node.Items) Write(writer, item);
                writer.End();
                break;
            default:
                writer.Dictionary();
                foreach (var (key, item) in node.Pairs)
                {
                    writer.Bytes(key.Span);
                    Write(writer, item);
                }
                writer.End();
                break;
        }
    }
}
