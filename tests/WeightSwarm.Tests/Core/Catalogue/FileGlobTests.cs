using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public class FileGlobTests
{
    [Theory]
    [InlineData("*.json", "config.json", true)]
    [InlineData("*.json", "a/config.json", false)]
    [InlineData("**/*.json", "config.json", true)]
    [InlineData("**/*.json", "a/b/config.json", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "ab/c", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("a/*/c", "a/b/c", true)]
    [InlineData("a/*/c", "a/b/b/c", false)]
    [InlineData("model-?????-of-00002.safetensors", "model-00001-of-00002.safetensors", true)]
    [InlineData("model-?????-of-00002.safetensors", "model-1-of-00002.safetensors", false)]
    [InlineData("[a].bin", "[a].bin", true)]
    [InlineData("[a].bin", "a.bin", false)]
    [InlineData("A.bin", "a.bin", false)]
    [InlineData("a*b*c", "aXbXbXc", true)]
    [InlineData("a*b*c", "aXbXbXd", false)]
    [InlineData("/a", "a", false)]
    public void Matches_Path_AsItIsWritten(string pattern, string path, bool expected) =>
        Assert.Equal(expected, new FileGlob(pattern).Matches(path));

    [Fact]
    public void Matches_PatternMadeToBeSlow_Ends()
    {
        var segments = string.Concat(Enumerable.Repeat("**/*a*a*a*/", 90)) + "b";
        var path = string.Concat(Enumerable.Repeat("aaaaaaaa/", 63)) + "c";
        Assert.False(new FileGlob(segments).Matches(path));
        Assert.False(new FileGlob(string.Concat(Enumerable.Repeat("*a", 500)) + "b").Matches(new string('a', 1000)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void Pattern_EmptyOrTooLong_IsRefused(string? pattern) =>
        Assert.Throws<ArgumentException>(() => new FileGlob(pattern ?? new string('a', 1025)));
}
