using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;
using WeightSwarm.Cli.Commands;
using WeightSwarm.Cli.Connection;
using WeightSwarm.Cli.Output;
using WeightSwarm.Cli.Service;

namespace WeightSwarm.Cli;

/// <summary>The whole command line: the verbs, what all of them share, and how a run of one ends.</summary>
internal sealed class CommandLine
{
    private readonly Terminal _terminal;

    private readonly Option<string?> _state = new("--state")
    {
        Description = "The daemon's state folder (default: WEIGHTSWARM_STATE, or /var/lib/weightswarm for root, "
            + "or ~/.local/state/weightswarm)",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object instead of text",
        Recursive = true,
    };

    /// <param name="terminal">Where it prints.</param>
    /// <param name="machine">What <c>service</c> installs on.</param>
    /// <param name="daemon">Runs a daemon until it is stopped; null: there is no such verb.</param>
    public CommandLine(Terminal terminal, Machine machine, DaemonRunner? daemon)
    {
        _terminal = terminal;
        Root = new RootCommand("Keeps openly released model weights alive: seeds them, and keeps N audited copies.")
        {
            _state, _json,
            NetworkCommand.Create(this), InviteCommand.Create(this),
            DonateCommand.Create(this), DonationsCommand.Create(this), DrainCommand.Create(this),
            LabelsCommand.Create(this),
            AddCommand.Create(this), ProposalsCommand.Create(this), WithdrawCommand.Create(this),
            LsCommand.Create(this), ShowCommand.Create(this), HealthCommand.Create(this),
            StatusCommand.Create(this), PeersCommand.Create(this), PlanCommand.Create(this), WhyCommand.Create(this),
            DeclineCommand.Create(this), DeclinedCommand.Create(this), AcceptCommand.Create(this),
            RestoreCommand.Create(this), VerifyCommand.Create(this), LimitsCommand.Create(this),
            ServiceCommand.Create(this, machine), VersionCommand.Create(this),
        };
        if (daemon is not null) Root.Subcommands.Insert(0, DaemonCommand.Create(this, daemon));
    }

    /// <summary>The verbs and their options.</summary>
    public RootCommand Root { get; }

    /// <summary>Parses and runs one command line; every way to end is an exit code.</summary>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellation)
    {
        // No response files: '@' is an ordinary character of a file name.
        var parsed = Root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Problem(parsed) is { } problem) return (int)UsageError(parsed, problem);
        var configuration = new InvocationConfiguration
        {
            Output = _terminal.Out,
            Error = _terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    /// <summary>Makes a verb do its work: reads its options, runs it, and reports how it ended.</summary>
    public void Bind<TOptions>(
        Command command, Func<ParseResult, TOptions> options, Func<TOptions, Session, Task<ExitCode>> run) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            var json = parsed.GetValue(_json);
            try
            {
                var session = new Session(_terminal, json, parsed.GetValue(_state), cancellation);
                return (int)await run(options(parsed), session);
            }
            catch (CliException e)
            {
                return (int)Report(e, json);
            }
            catch (Exception e) when (IsInterruption(e, cancellation))
            {
                return (int)Report(new CliException(ExitCode.Interrupted, "interrupted", "interrupted"), json);
            }
            catch (RpcException e)
            {
                return (int)Report(DaemonErrors.From(e), json);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (int)Report(new CliException(ExitCode.Failure, "io", e.Message), json);
            }
        });

    private static bool IsInterruption(Exception e, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested && e is (OperationCanceledException or RpcException);

    private ExitCode UsageError(ParseResult parsed, string problem)
    {
        var verbs = Ancestry(parsed.CommandResult).Select(result => result.Command.Name).SkipLast(1).Reverse();
        var message = $"{problem}: see '{string.Join(' ', verbs.Prepend("weightswarm"))} --help'";
        return Report(new CliException(ExitCode.Usage, "usage", message), parsed.Tokens.Any(t => t.Value == "--json"));
    }

    /// <summary>What is wrong with the command line, or null.</summary>
    private static string? Problem(ParseResult parsed)
    {
        // An unknown verb is a missing one to the parser, and an unknown option may pass for an argument.
        var unknown = parsed.UnmatchedTokens.Concat(parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && token.Value is ['-', _, ..])
            .Select(token => token.Value)).FirstOrDefault();
        if (unknown is not null) return $"unknown command or option '{unknown}'";
        if (parsed.Errors.Count == 0) return null;
        var words = parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words).TrimEnd('.');
    }

    private static IEnumerable<CommandResult> Ancestry(CommandResult result)
    {
        for (var at = result; at is not null; at = at.Parent as CommandResult) yield return at;
    }

    private ExitCode Report(CliException error, bool json)
    {
        if (json) JsonOutput.WriteError(_terminal.Error, error.Code, error.Message);
        else _terminal.Error.WriteLine($"weightswarm: {Words.Printable(error.Message)}");
        _terminal.Error.Flush();
        return error.ExitCode;
    }
}
