using System.CommandLine;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>network create|join|show</c>: the network that this node belongs to.</summary>
internal static class NetworkCommand
{
    internal sealed record CreateOptions(string Name, uint Copies, string Pace, string Domains, ulong SliceBytes);

    internal sealed record JoinOptions(string Invite);

    internal sealed record ShowOptions;

    public static Command Create(CommandLine commandLine) =>
        new("network", "Create a network, join one, show the one that this node belongs to, or name its curators")
        {
            CreateCreate(commandLine), CreateJoin(commandLine), CreateShow(commandLine),
            CuratorCommand.Create(commandLine),
        };

    public static async Task<ExitCode> CreateAsync(CreateOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new CreateNetworkRequest
        {
            Name = options.Name,
            Copies = options.Copies,
            Pace = options.Pace,
            Domains = options.Domains,
            SliceBytes = options.SliceBytes,
        };
        return Print(session, await daemon.Client.CreateNetworkAsync(request, daemon.Unary()));
    }

    public static async Task<ExitCode> JoinAsync(JoinOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var request = new JoinNetworkRequest { Invite = options.Invite };
        return Print(session, await daemon.Client.JoinNetworkAsync(request, daemon.Unary()));
    }

    public static async Task<ExitCode> ShowAsync(ShowOptions options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        return Print(session, await daemon.Client.ShowNetworkAsync(new ShowNetworkRequest(), daemon.Unary()));
    }

    private static Command CreateCreate(CommandLine commandLine)
    {
        var name = new Argument<string>("NAME") { Description = "What people call it" };
        var copies = CommonOptions.Copies("Wanted copies of every slice, 1 to 64 (default: 5)");
        var pace = new Option<string>("--pace")
        {
            Description = "All timers: 'real', or 'drill' for demonstrations and tests on one machine (default: real)",
            DefaultValueFactory = _ => "",
        }.AcceptOnlyFromAmong("real", "drill");
        var domains = new Option<string>("--domains")
        {
            Description = "What makes two copies independent: another subnet, or just another node (default: subnet)",
            DefaultValueFactory = _ => "",
        }.AcceptOnlyFromAmong("subnet", "node");
        var slice = CommonOptions.Size(new Option<ulong>("--slice")
        {
            Description = "Target size of a slice, such as 64MiB (default: 1GiB)",
            HelpName = "SIZE",
        });
        var command = new Command("create", "Found a network; this node holds its founder's key")
        {
            name, copies, pace, domains, slice,
        };
        commandLine.Bind(command, parsed => new CreateOptions(
            parsed.GetRequiredValue(name), parsed.GetValue(copies), parsed.GetValue(pace) ?? "",
            parsed.GetValue(domains) ?? "", parsed.GetValue(slice)), CreateAsync);
        return command;
    }

    private static Command CreateJoin(CommandLine commandLine)
    {
        var invite = new Argument<string>("INVITE") { Description = "What 'invite' printed on another node" };
        var command = new Command("join", "Join the network of an invite") { invite };
        commandLine.Bind(command, parsed => new JoinOptions(parsed.GetRequiredValue(invite)), JoinAsync);
        return command;
    }

    private static Command CreateShow(CommandLine commandLine)
    {
        var command = new Command("show", "Show the network and its policy");
        commandLine.Bind(command, _ => new ShowOptions(), ShowAsync);
        return command;
    }

    private static ExitCode Print(Session session, NetworkReply reply)
    {
        session.Print("network",
            json => NetworkReport.WriteFields(json, reply.Network),
            text => NetworkReport.WriteText(text, reply.Network));
        return ExitCode.Ok;
    }
}
