using WeightSwarm.Node.Weights;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Node.Weights;

public sealed class UnchangedNotesTests
{
    private const string Url = "https://example.org/a/";

    [Theory]
    [InlineData(0, 0, "", "")]
    [InlineData(0, 5, "", "")]
    [InlineData(3, 3, Url, Url)]
    public void Of_WishesThatTheEntryFulfils_SaysNothing(int copies, int ordered, string origin, string wanted) =>
        Assert.Empty(UnchangedNotes.Of(
            TestRecords.EntryValue("a/b") with { Copies = copies, Origin = origin }, 5, ordered, wanted));

    [Theory]
    [InlineData(0, 2, "still 5 copies are wanted, not 2")]
    [InlineData(3, 5, "still 3 copies are wanted, not 5")]
    public void Of_OtherCopies_SaysHowManyAreWantedStill(int copies, int ordered, string note) => Assert.Contains(
        note, Assert.Single(UnchangedNotes.Of(TestRecords.EntryValue("a/b") with { Copies = copies }, 5, ordered, "")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("", "without an origin")]
    [InlineData("https://example.org/b/", "with the origin https://example.org/b/")]
    public void Of_AnotherOrigin_SaysWhichIsRecorded(string recorded, string note) => Assert.EndsWith(
        note, Assert.Single(UnchangedNotes.Of(TestRecords.EntryValue("a/b") with { Origin = recorded }, 5, 0, Url)),
        StringComparison.Ordinal);
}
