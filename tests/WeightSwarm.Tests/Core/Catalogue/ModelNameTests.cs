using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class ModelNameTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("meta-llama/Llama-3.1-8B")]
    [InlineData("a/b")]
    [InlineData("A_b.c-d/0.x_y")]
    public void Parse_GoodName_KeepsItsSpelling(string text)
    {
        var name = ModelName.Parse(text, out var reason);
        Assert.True(name is not null, reason);
        Assert.Equal(text, name.ToString());
    }

    [Theory]
    [InlineData("", "exactly one '/'")]
    [InlineData("gpt2", "exactly one '/'")]
    [InlineData("a/b/c", "exactly one '/'")]
    [InlineData("/b", "empty part")]
    [InlineData("a/", "empty part")]
    [InlineData("a/b c", "U+0020")]
    [InlineData("a/é", "U+00E9")]
    [InlineData("a--b/c", "'--'")]
    [InlineData("a/b..c", "'..'")]
    [InlineData("../c", "begins or ends")]
    [InlineData("-a/b", "begins or ends")]
    [InlineData("a/b-", "begins or ends")]
    [InlineData("a/b.git", "'.git'")]
    public void Parse_BadName_SaysWhatIsWrong(string text, string because)
    {
        Assert.Null(ModelName.Parse(text, out var reason));
        Assert.Contains(because, reason, StringComparison.Ordinal);
        Assert.Contains("ORG/MODEL", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LongName_IsBounded()
    {
        Assert.NotNull(ModelName.Parse("a/" + new string('b', 94), out _));
        Assert.Null(ModelName.Parse("a/" + new string('b', 95), out _));
    }

    [Fact]
    public void TorrentName_Revision_IsTheCommitOrTheName()
    {
        var name = ModelName.Parse("org/model", out _)!;
        Assert.Equal(Commit, name.TorrentName(Commit));
        Assert.Equal("org--model", name.TorrentName("v1.0"));
        Assert.Equal("org--model", name.TorrentName(Commit.ToUpperInvariant()));
        Assert.Equal("org--model", name.TorrentName(Commit[1..]));
    }

    [Theory]
    [InlineData("main", true)]
    [InlineData("refs/pr/1", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    public void RevisionFault_Revisions_AreChecked(string revision, bool good) =>
        Assert.Equal(good, ModelName.RevisionFault(revision) is null);
}
