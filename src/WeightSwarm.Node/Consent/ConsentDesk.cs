using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Formats;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Consent;

/// <summary>The owner's desk: which models this node does not take. The others are told of every change.</summary>
public sealed class ConsentDesk(NodeStore store, NetworkService network, Clock clock)
{
    private static readonly string[] Hazards =
    [
        HazardLabels.ContainsPickle, HazardLabels.DangerousPickle, HazardLabels.ContainsCode,
        HazardLabels.SafeFormatsOnly,
    ];

    private readonly Lock _one = new();

    /// <summary>The rules by number.</summary>
    public IReadOnlyList<KeptRule> Rules => store.Declines.Load();

    /// <summary>Adds a rule, unless there is the same already; answers its number.</summary>
    /// <exception cref="ControlException">It says nothing, or something that can never apply, or is one too
    /// many.</exception>
    public int Decline(DeclineRule rule)
    {
        Check(rule);
        lock (_one)
        {
            var rules = store.Declines.Load();
            if (rules.FirstOrDefault(kept => kept.Rule == rule) is { } same) return same.Number;
            if (!DeclineBodies.Fit([.. rules.Select(kept => kept.Rule), rule]))
                throw new ControlException(
                    ControlExit.Refused, "too-many-rules",
                    $"there are {rules.Count} rules already; {DeclineRule.Most} are the most, with "
                        + $"{DeclineRule.MostBytes} bytes for all: take some back with `weightswarm accept N`");
            var number = store.Declines.Add(rule, clock.Now.UnixMs);
            network.DescribeAgain();
            return number;
        }
    }

    /// <summary>Takes a rule back.</summary>
    /// <exception cref="ControlException">There is none of that number.</exception>
    public void Accept(int number)
    {
        lock (_one)
        {
            if (!store.Declines.Remove(number))
                throw new ControlException(
                    ControlExit.NotFound, "no-such-rule",
                    $"there is no rule {number}; `weightswarm declined` lists them");
            network.DescribeAgain();
        }
    }

    private static void Check(DeclineRule rule)
    {
        if (rule.IsEmpty)
            throw Wrong("no-criterion",
                "nothing is given to decline by: say --licence, --larger-than, --name or --hazard");
        CheckText("licence", rule.Licence, DeclineRule.LongestLicence);
        CheckText("name", rule.Name, DeclineRule.LongestName);
        CheckText("reason", rule.Reason, DeclineRule.LongestReason);
        if (rule.LargerThan is < 0 or > 1L << 60)
            throw Wrong("bad-size", $"--larger-than {rule.LargerThan} is out of range: it is at most 1 EiB");
        if (rule.Name.Length > 0 && !rule.Name.Contains('/', StringComparison.Ordinal) && rule.Name != "**")
            throw Wrong("bad-name",
                $"--name '{rule.Name}' names no model: write ORG/MODEL, such as 'acme/*' or '*/*-instruct'");
        if (rule.Hazard.Length > 0 && !Hazards.Contains(rule.Hazard))
            throw Wrong("bad-hazard", $"'{rule.Hazard}' is no hazard: it is one of {string.Join(", ", Hazards)}");
        CheckLicence(rule.Licence);
    }

    /// <summary>A licence without a wildcard that nobody can have is a slip of the pen.</summary>
    private static void CheckLicence(string licence)
    {
        if (licence.Length == 0 || licence.AsSpan().ContainsAny('*', '?')) return;
        var known = Licences.Check(licence);
        if (known.Licence is null) throw Wrong("bad-licence", $"{known.Reason}; patterns have '*', such as CC-BY-NC-*");
        if (licence.Contains(" AND ", StringComparison.OrdinalIgnoreCase) ||
            licence.Contains(" OR ", StringComparison.OrdinalIgnoreCase))
            throw Wrong("bad-licence", $"'{licence}' is several licences: decline each of them by itself");
    }

    private static void CheckText(string what, string text, int longest)
    {
        if (text.Length > longest || text.Any(char.IsControl))
            throw Wrong($"bad-{what}",
                $"--{what} has {text.Length} characters; up to {longest} printable ones are taken");
    }

    private static ControlException Wrong(string code, string message) => new(ControlExit.Usage, code, message);
}
