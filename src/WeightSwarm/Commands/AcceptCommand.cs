using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>accept N</c>: takes back a rule of <c>decline</c>.</summary>
internal static class AcceptCommand
{
    /// <param name="Number">Of the rule.</param>
    internal sealed record Options(uint Number);

    public static Command Create(CommandLine commandLine)
    {
        var number = new Argument<uint>("N")
        {
            Description = "Its number, as 'declined' lists it",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (uint.TryParse(text, out var value) && value > 0) return value;
                result.AddError($"'{text}' is not the number of a rule: 'weightswarm declined' lists them");
                return 0;
            },
        };
        var command = new Command("accept", "Take back what was declined; 'proposals accept' is another matter")
        {
            number,
        };
        commandLine.Bind(command, parsed => new Options(parsed.GetValue(number)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.AcceptAsync(new AcceptRequest { Number = options.Number }, daemon.Unary());
        DeclineReport.Print("accept", session, reply, text =>
        {
            text.Line($"Rule {reply.Number} is taken back; {Words.Count((ulong)reply.Rules.Count, "rule")} left.");
            if (reply.Rules.Count > 0) DeclineReport.WriteList(text, reply);
        });
        return ExitCode.Ok;
    }
}
