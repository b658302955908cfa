using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace WeightSwarm.Tests.Repository;

/// <summary>The arrows between projects, and what none may do. A change here changes the design.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, (string[] References, string Why)> _arrows = new()
    {
        ["WeightSwarm"] = (["WeightSwarm.Grpc", "WeightSwarm.Node"],
            "the program is a thin shell around Node; Grpc is there for the base types of Node's generated stubs"),
        ["WeightSwarm.Node"] = (["WeightSwarm.Core", "WeightSwarm.Grpc", "WeightSwarm.Torrent"],
            "Node is the one place where decisions, BitTorrent and gRPC meet"),
        ["WeightSwarm.Core"] = ([], "decisions are pure: they know neither transport nor engine nor disk"),
        ["WeightSwarm.Grpc"] = ([], "it stands in for packages, and must be replaceable by them"),
        ["WeightSwarm.Torrent"] = ([], "it wraps the engine, and must be replaceable by another one"),
        ["WeightSwarm.Simulation"] = (["WeightSwarm.Core"], "virtual time drives Core, and nothing that waits"),
    };

    [Fact]
    public void Projects_ReferenceEachOther_ExactlyAlongTheArrows()
    {
        foreach (var (project, (expected, why)) in _arrows)
        {
            var actual = Items(project, "ProjectReference")
                .Select(item => Path.GetFileNameWithoutExtension((string)item.Attribute("Include")!)).Order();
            Assert.True(expected.SequenceEqual(actual),
                $"{project} must reference [{string.Join(", ", expected)}], not [{string.Join(", ", actual)}]: {why}");
        }
    }

    [Fact]
    public void Projects_BelowSrc_AllHaveArrows() => RepositoryFiles.AssertNone(
        "a project below src/ has no entry in the table of arrows: say there what it may reference, and why",
        RepositoryFiles.Below("src", ".csproj")
            .Where(path => !_arrows.ContainsKey(Path.GetFileNameWithoutExtension(path))));

    [Theory]
    [InlineData("WeightSwarm.Core", "Google.Protobuf")]
    [InlineData("WeightSwarm.Grpc")]
    [InlineData("WeightSwarm.Torrent")]
    public void Project_ReferencesPackages_OnlyThoseOfTheDesign(string project, params string[] packages)
    {
        // PrivateAssets="all" marks tools of the build, which no program sees.
        var actual = Items(project, "PackageReference").Where(item => (string?)item.Attribute("PrivateAssets") != "all")
            .Select(item => (string)item.Attribute("Include")!);
        Assert.True(packages.SequenceEqual(actual),
            $"{project} may use the packages [{string.Join(", ", packages)}], not [{string.Join(", ", actual)}]");
    }

    [Fact]
    public void Core_ReferencesFrameworks_None() => Assert.Empty(Items("WeightSwarm.Core", "FrameworkReference"));

    [Fact]
    public void UnsafeCode_IsAllowed_InTorrentAlone() => RepositoryFiles.AssertNone(
        "only WeightSwarm.Torrent may hold unsafe code: a fault elsewhere must not be able to corrupt memory",
        RepositoryFiles.All
            .Where(path => Path.GetExtension(path) is ".csproj" or ".props" or ".targets")
            .Where(path => Path.GetFileName(path) != "WeightSwarm.Torrent.csproj")
            .Where(path => RepositoryFiles.Text(path).Contains("AllowUnsafeBlocks", StringComparison.Ordinal)));

    [Fact]
    public void Clocks_AreRead_OnlyWhereTheyAreGivenOut() => RepositoryFiles.AssertNone(
        "take a TimeProvider or an Instant as an argument, so that tests can drive the time; only composition roots "
        + "hand out the system's clock (and Grpc mirrors an API that states deadlines as times of day)",
        RepositoryFiles.Matches(
            RepositoryFiles.Below("src", ".cs").Where(path =>
                !path.StartsWith("src/WeightSwarm.Node/Hosting/", StringComparison.Ordinal)
                && !path.StartsWith("src/WeightSwarm.Grpc/", StringComparison.Ordinal)
                && path != "src/WeightSwarm/Program.cs"),
            new Regex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bTimeProvider\.System\b")));

    [Fact]
    public void Sql_IsWritten_InStoreAlone() => RepositoryFiles.AssertNone(
        "SQL and its rows stay in Node/Store: give the store a method that says what is wanted",
        RepositoryFiles.Matches(
            RepositoryFiles.Below("src", ".cs").Where(path =>
                !path.StartsWith("src/WeightSwarm.Node/Store/", StringComparison.Ordinal)),
            new Regex(@"\bSqlite(Command|Connection|DataReader|Transaction)\b")));

    private static IEnumerable<XElement> Items(string project, string kind)
    {
        var path = RepositoryFiles.All.Single(path => Path.GetFileName(path) == project + ".csproj");
        return XDocument.Load(RepositoryFiles.Absolute(path)).Descendants(kind);
    }
}
