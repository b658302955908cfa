using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Node.Torrents;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>limits, limits set and limits clear.</summary>
public sealed partial class ControlService
{
    // Below this a block of 16 KiB takes seconds, and libtorrent's peers give each other up.
    private const ulong LeastRate = 10_000;

    private const int MostRules = 64;

    /// <inheritdoc/>
    public override Task<LimitsReply> ShowLimits(ShowLimitsRequest request, ServerCallContext context) =>
        Answer(() => Task.FromResult(LimitsNow()));

    /// <inheritdoc/>
    public override Task<LimitsReply> SetLimits(SetLimitsRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            if (!request.HasUp && !request.HasDown)
                throw Usage("no-rate", "no rate is given: say --up RATE, --down RATE, or both");
            var rule = new LimitRule(
                [.. request.When.Select(ReadWindow).Distinct()],
                request.HasUp ? ReadRate(request.Up, "up") : null,
                request.HasDown ? ReadRate(request.Down, "down") : null);
            var schedule = bandwidth.Schedule.With(rule);
            if (schedule.Rules.Length > MostRules)
                throw Usage("too-many-rules", $"there are {MostRules} rules already: clear some with `limits clear`");
            await bandwidth.SetAsync(schedule, context.CancellationToken);
            return LimitsNow();
        });

    /// <inheritdoc/>
    public override Task<LimitsReply> ClearLimits(ClearLimitsRequest request, ServerCallContext context) =>
        Answer(async () =>
        {
            var rules = bandwidth.Schedule.Rules;
            var kept = rules;
            if (request.When.Count > 0)
            {
                var when = new LimitRule([.. request.When.Select(ReadWindow).Distinct()], null, null).When;
                kept = rules.RemoveAll(r => r.When == when);
                if (kept.Length == rules.Length)
                    throw new ControlException(
                        ControlExit.NotFound, "no-such-rule",
                        $"there is no rule for '{when}'; `weightswarm limits` lists them");
            }
            else kept = [];
            await bandwidth.SetAsync(new LimitSchedule(kept), context.CancellationToken);
            return LimitsNow();
        });

    private LimitsReply LimitsNow()
    {
        var reply = new LimitsReply { InForce = InForce() };
        reply.Rules.AddRange(bandwidth.Schedule.Rules.Select(Of));
        return reply;
    }

    private LimitsInForce InForce()
    {
        var decision = bandwidth.Decide();
        return new LimitsInForce
        {
            Up = (ulong)decision.Limits.Up,
            Down = (ulong)decision.Limits.Down,
            When = decision.When,
            NextChangeMs = (ulong)(decision.NextChange?.ToUnixTimeMilliseconds() ?? 0),
            TimeZone = clock.Time.LocalTimeZone.Id,
        };
    }

    private static LimitRuleInfo Of(LimitRule rule)
    {
        var info = new LimitRuleInfo();
        info.When.AddRange(rule.Windows.Select(w => w.ToString()));
        if (rule.Up is { } up) info.Up = (ulong)up;
        if (rule.Down is { } down) info.Down = (ulong)down;
        return info;
    }

    private static WeekWindow ReadWindow(string text) => WeekWindow.Parse(text)
        ?? throw Usage(
            "bad-when",
            $"'{text}' is no time of the week: write such as 'mon-fri 08:00-18:00', 'sat,sun' or '22:00-06:00'");

    private static int ReadRate(ulong rate, string direction)
    {
        if (rate == 0 || rate is >= LeastRate and <= int.MaxValue) return (int)rate;
        throw Usage(
            "bad-rate",
            $"--{direction} {rate} bytes per second is out of range: {ByteSize.Format((long)LeastRate)} to " +
            $"{ByteSize.Format(int.MaxValue)} are accepted, or unlimited");
    }
}
