using System.Text.RegularExpressions;

namespace WeightSwarm.Tests.Repository;

/// <summary>Rules of the house that a reader would otherwise have to check by eye.</summary>
public class TidyTests
{
    private const int WidestLine = 120;
    private const int LongestFile = 500;

    // Written by tools, or quoted from elsewhere: not ours to lay out.
    private static readonly string[] _notOurs = ["packages.lock.json", "WeightSwarm.sln", "LICENSE"];
    private static readonly string[] _binary = [".png", ".torrent", ".gguf", ".safetensors", ".bin"];

    // Without the slashes around them, so that this file does not name what it looks for.
    private static readonly string[] _foldersOfOneMachine = ["work", "root", "tmp/ws"];

    private static IEnumerable<string> Texts =>
        RepositoryFiles.All.Where(path => !_binary.Contains(Path.GetExtension(path)));

    private static IEnumerable<string> OurTexts => Texts.Where(path => !_notOurs.Contains(Path.GetFileName(path)));

    private static IEnumerable<string> TestSources => RepositoryFiles.Below("tests", ".cs");

    [Fact]
    public void Lines_AreNoWider_ThanTheHouseAllows() => RepositoryFiles.AssertNone(
        $"a line has at most {WidestLine} columns",
        RepositoryFiles.Matches(OurTexts, new Regex($"^.{{{WidestLine + 1},}}$")));

    [Fact]
    public void Files_AreNoLonger_ThanTheHouseAllows() => RepositoryFiles.AssertNone(
        $"a file has one idea and at most {LongestFile} lines: give the second idea a file of its own",
        OurTexts.Select(path => (Path: path, Count: RepositoryFiles.Lines(path).Length))
            .Where(file => file.Count > LongestFile).Select(file => $"{file.Path}: {file.Count} lines"));

    [Fact]
    public void Leftovers_AreNone() => RepositoryFiles.AssertNone(
        "finish what is marked as unfinished, or take the mark out",
        RepositoryFiles.Matches(
            OurTexts, AnyOf("TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX", "NotImplemented" + "Exception")));

    [Fact]
    public void Paths_OfOneMachine_AreNone() => RepositoryFiles.AssertNone(
        "a path of the machine that something was built on means nothing on another one",
        RepositoryFiles.Matches(
            Texts, new Regex(string.Join('|', _foldersOfOneMachine.Select(folder => $@"(?<![\w.\-*$}}])/{folder}/")))));

    [Fact]
    public void Scripts_CanBeRun() => RepositoryFiles.AssertNone(
        "a file that starts with #! is a command: chmod +x it",
        OurTexts.Where(path => RepositoryFiles.Text(path).StartsWith("#!", StringComparison.Ordinal))
            .Where(path => !RepositoryFiles.IsExecutable(path)));

    [Fact]
    public void Protos_NameTheirPackage_AsTheirFolderDoes()
    {
        var protos = RepositoryFiles.Below("protos", ".proto").ToArray();
        Assert.NotEmpty(protos);
        foreach (var path in protos)
        {
            var text = RepositoryFiles.Text(path);
            var package = Path.GetDirectoryName(path)!["protos/".Length..].Replace('/', '.');
            Assert.Contains("syntax = \"proto3\";", text, StringComparison.Ordinal);
            Assert.Contains($"package {package};", text, StringComparison.Ordinal);
            Assert.Contains("option csharp_namespace = \"WeightSwarm.V1\";", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Protos_AreCompiled_BySomeProject()
    {
        var projects = RepositoryFiles.Below("src", ".csproj").Select(RepositoryFiles.Text).ToArray();
        RepositoryFiles.AssertNone("no project compiles this proto",
            RepositoryFiles.Below("protos", ".proto").Where(path => !projects.Any(text =>
                text.Contains($"$(ProtoRoot)/{path["protos/".Length..]}", StringComparison.Ordinal))));
    }

    [Fact]
    public void TestFiles_AllAssertSomething() => RepositoryFiles.AssertNone(
        "a test that cannot fail is a defect: assert something, or remove it",
        TestSources.Where(path => Regex.IsMatch(RepositoryFiles.Text(path), @"\[(Fact|Theory)\b"))
            .Where(path => !Regex.IsMatch(
                RepositoryFiles.Text(path), @"\bAssert|\bEventually\.|\.QuickCheckThrowOnFailure\(")));

    [Fact]
    public void Tests_WaitForConditions_AndNeverSleep() => RepositoryFiles.AssertNone(
        "wait for a condition with Support/Eventually.cs: a sleep is too short on a busy machine and too long on an "
        + "idle one (an endless delay that ends when it is cancelled is no sleep; a benchmark's window has one place)",
        RepositoryFiles.Matches(
            TestSources.Where(path => !path.EndsWith("/Support/Eventually.cs", StringComparison.Ordinal)
                && path != "tests/WeightSwarm.Benchmarks/Support/Pause.cs"),
            new Regex(@"\bThread\.Sleep\(|\bPeriodicTimer\b|\bTask\.Delay\((?!Timeout\.Infinite|-1)")));

    [Fact]
    public void Tests_AreSkipped_Never() => RepositoryFiles.AssertNone(
        "a skipped test tests nothing: mend it or remove it",
        RepositoryFiles.Matches(TestSources, new Regex(@"\[(Fact|Theory)\(.*\bSkip\s*=")));

    private static Regex AnyOf(params string[] words) => new($@"\b({string.Join('|', words)})\b");
}
