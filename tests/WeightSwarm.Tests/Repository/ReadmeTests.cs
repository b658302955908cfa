using System.CommandLine;
using System.Text.RegularExpressions;
using WeightSwarm.Cli;
using WeightSwarm.Tests.Cli;

namespace WeightSwarm.Tests.Repository;

/// <summary>What README tells people to type exists.</summary>
public class ReadmeTests
{
    private static readonly string _readme = RepositoryFiles.Text("README.md");

    [Fact]
    public void Verbs_NamedInReadme_AreVerbsOfTheProgram()
    {
        using var recording = new RecordingTerminal();
        var root = new CommandLine(recording.Terminal, FakeMachine.Bare(), (_, _) => Task.FromResult(0)).Root;
        var named = Code()
            .SelectMany(code => Regex.Matches(code, @"\bweightswarm((?: --?[\w-]+(?: [A-Z]+)?)*(?: [a-z]+)+)"))
            .Select(match => Regex.Matches(match.Groups[1].Value, "(?<= )[a-z]+(?= |$)").Select(word => word.Value))
            .ToArray();
        Assert.True(named.Length >= 10, $"README names only {named.Length} commands");
        RepositoryFiles.AssertNone("README names a verb that the program does not have",
            named.Where(words => !Exists(root, [.. words])).Select(words => $"weightswarm {string.Join(' ', words)}"));
    }

    [Fact]
    public void Paths_NamedInReadme_ExistAndCommandsCanBeRun()
    {
        var named = Code().SelectMany(code => Regex.Matches(code, @"(?<![\w/.])\./([\w./-]+)"))
            .Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Contains("deploy/try", named);
        Assert.Contains("tests/run", named);
        RepositoryFiles.AssertNone("README names a command that is not there, or that cannot be run",
            named.Where(path => !path.StartsWith("out/", StringComparison.Ordinal)).Where(path =>
                !File.Exists(RepositoryFiles.Absolute(path)) || !RepositoryFiles.IsExecutable(path)));
    }

    [Fact]
    public void Folders_OfTheLayoutTable_Exist()
    {
        var named = Regex.Matches(_readme, @"^\| `([\w./-]+)` \|", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(named);
        RepositoryFiles.AssertNone("README's layout names what is not there", named.Where(path =>
            !Directory.Exists(RepositoryFiles.Absolute(path)) && !File.Exists(RepositoryFiles.Absolute(path))));
    }

    /// <summary>Lines of code blocks, and what stands between backticks.</summary>
    private static IEnumerable<string> Code()
    {
        var parts = _readme.Split("```");
        return parts.Where((_, index) => index % 2 == 1).SelectMany(block => block.Split('\n'))
            .Concat(parts.Where((_, index) => index % 2 == 0)
                .SelectMany(text => Regex.Matches(text, "`([^`]+)`"))
                .Select(match => match.Groups[1].Value.Replace('\n', ' ')));
    }

    /// <summary>The words name a verb, sub-verbs as far as there are any, and then arguments.</summary>
    private static bool Exists(Command command, ReadOnlySpan<string> words)
    {
        if (command.Subcommands.Count == 0) return true;
        if (words.Length == 0) return command is not RootCommand;
        var first = words[0];
        return command.Subcommands.FirstOrDefault(verb => verb.Name == first) is { } found && Exists(found, words[1..]);
    }
}
