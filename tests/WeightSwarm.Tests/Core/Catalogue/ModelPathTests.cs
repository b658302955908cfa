using System.Text;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class ModelPathTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("config.json")]
    [InlineData(".gitattributes")]
    [InlineData("...")]
    [InlineData("a/b c/d?e*f:g|h")]
    [InlineData("模型/β.safetensors")]
    [InlineData("x/.pad/y")]
    public void Fault_GoodPath_IsNull(string path) => Assert.Null(ModelPath.Fault(path));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/a", "absolute")]
    [InlineData("a/", "empty segment")]
    [InlineData("..", "'..'")]
    [InlineData("a/./b", "'.'")]
    [InlineData("a\u007F", "U+007F")]
    [InlineData("a\uFFFD", "not plain UTF-8")]
    [InlineData("a\uD800", "not plain UTF-8")]
    [InlineData(".Pad/x", ".pad")]
    public void Fault_BadPath_SaysWhatIsWrong(string path, string because) =>
        Assert.Contains(because, ModelPath.Fault(path)!, StringComparison.Ordinal);

    [Fact]
    public void Fault_LongPath_IsBoundedInBytes()
    {
        Assert.Null(ModelPath.SegmentFault(new string('é', 120)));
        Assert.NotNull(ModelPath.SegmentFault(new string('é', 121)));
        Assert.Null(ModelPath.Fault(string.Join('/', Enumerable.Repeat(new string('x', 127), 8))));
        Assert.NotNull(ModelPath.Fault(string.Join('/', Enumerable.Repeat(new string('x', 128), 8))));
    }

    [Fact]
    public void Compare_AnyPaths_IsTheOrderOfTheirSegmentsInUtf8()
    {
        string[] names = ["a", "a b", "a-", "a.x", "aa", "b", "é", "\uE000", "\uFFFC", "\U0001F600", "A", "~"];
        var paths = names.Concat(names.SelectMany(one => names.Select(other => $"{one}/{other}"))).ToArray();
        foreach (var left in paths)
            foreach (var right in paths)
                Assert.Equal(Math.Sign(BySegments(left, right)), Math.Sign(ModelPath.Compare(left, right)));
    }

    private static int BySegments(string left, string right)
    {
        var (a, b) = (left.Split('/'), right.Split('/'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = Encoding.UTF8.GetBytes(a[i]).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b[i]));
            if (order != 0) return order;
        }
        return a.Length - b.Length;
    }
}
