using System.CommandLine;
using System.Text.Json;
using WeightSwarm.Cli.Output;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Commands;

/// <summary><c>why MODEL</c>: for each slice who holds it, who is counted, why not, and what happens next.</summary>
internal static class WhyCommand
{
    /// <param name="Model">Which model.</param>
    internal sealed record Options(string Model);

    public static Command Create(CommandLine commandLine)
    {
        var model = CommonOptions.Model();
        var command = new Command("why", "Explain the copies of a model, slice by slice") { model };
        commandLine.Bind(command, parsed => new Options(parsed.GetRequiredValue(model)), RunAsync);
        return command;
    }

    public static async Task<ExitCode> RunAsync(Options options, Session session)
    {
        using var daemon = await session.ConnectAsync();
        var reply = await daemon.Client.WhyAsync(new WhyRequest { Model = options.Model }, daemon.Unary());
        session.Print("why",
            json =>
            {
                ModelFields.WriteObject(json, reply.Model);
                json.WriteOptional("origin_state", reply.Origin);
                if (reply.NotWatched.Length > 0) json.WriteString("not_watched", reply.NotWatched);
                json.WriteObjects("slices", reply.Slices, WriteSlice);
            },
            text => WriteText(text, reply));
        return ExitCode.Ok;
    }

    private static void WriteSlice(Utf8JsonWriter json, WhySlice slice)
    {
        json.WriteNumber("slice", slice.Slice);
        json.WriteNumber("durable", slice.Durable);
        json.WriteNumber("verified", slice.Verified);
        json.WriteNumber("claimed", Claimed(slice));
        json.WriteNumber("recent", slice.Recent);
        json.WriteNumber("online", slice.Online);
        json.WriteNumber("claims", slice.Claims);
        json.WriteNumber("need", slice.Need);
        json.WriteObjects("copies", slice.Copies, (item, copy) =>
        {
            item.WriteString("node_id", copy.NodeId);
            item.WriteBoolean("counted", copy.Counted);
            item.WriteBoolean("claim", copy.Claim);
            item.WriteBoolean("verified", copy.Verified);
            item.WriteOptional("reason", copy.Reason);
        });
        json.WriteString("next", slice.Next);
    }

    private static void WriteText(TextOutput text, WhyReply reply)
    {
        text.Line($"{reply.Model.Name}@{reply.Model.Revision}: {reply.Model.TargetCopies} copies wanted of each of "
            + Words.Count(reply.Model.Slices, "slice"));
        if (reply.Origin.Length > 0) text.Line($"origin {reply.Model.Origin}: {reply.Origin}");
        if (reply.NotWatched.Length > 0) text.Line(reply.NotWatched);
        foreach (var (first, last) in Alike(reply.Slices))
        {
            text.Line();
            text.Line($"{Words.SliceRange(first.Slice, last)}: {first.Durable} counted ({first.Verified} verified, "
                + $"{Claimed(first)} claimed; {first.Online} online), {Words.Count(first.Claims, "claim")}, "
                + $"{first.Need} needed");
            foreach (var copy in first.Copies) text.Line($"  {Words.Brief(copy.NodeId)}   {Verdict(copy)}");
            text.Line($"  next: {first.Next}");
        }
    }

    /// <summary>Runs of slices of which the same is to be said: the first, and the number of the last.</summary>
    private static IEnumerable<(WhySlice First, uint Last)> Alike(IEnumerable<WhySlice> slices)
    {
        WhySlice? first = null;
        var last = 0u;
        foreach (var slice in slices)
        {
            if (first is not null && slice.Slice == last + 1 && SameButNumber(first, slice))
            {
                last = slice.Slice;
                continue;
            }
            if (first is not null) yield return (first, last);
            (first, last) = (slice, slice.Slice);
        }
        if (first is not null) yield return (first, last);
    }

    private static bool SameButNumber(WhySlice one, WhySlice other) =>
        new WhySlice(other) { Slice = one.Slice }.Equals(one);

    private static uint Claimed(WhySlice slice) => slice.Durable - Math.Min(slice.Durable, slice.Verified);

    private static string Verdict(WhyCopy copy)
    {
        var kind = copy.Claim ? "claim"
            : !copy.Counted ? "not counted"
            : copy.Verified ? "counted, verified"
            : "counted, claimed";
        return copy.Reason.Length == 0 ? kind : $"{kind}: {copy.Reason}";
    }
}
