using System.Diagnostics;
using System.Globalization;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What the victim does when it is killed.</summary>
internal enum CrashOperation
{
    /// <summary>Pieces arrive.</summary>
    Download,
    /// <summary>It reads what it holds, because it was asked to.</summary>
    Verify,
    /// <summary>The last piece of all has arrived: it is synced, recorded and advertised.</summary>
    Publish,
    /// <summary>It hands slices over, or empties the trash.</summary>
    Release,
    /// <summary>A bad piece was found, and is withdrawn, put aside, fetched.</summary>
    Heal,
}

/// <summary>Brings the victim to a random moment of an operation, and returns; each answers which moment.</summary>
internal sealed class CrashSteps(CrashRound round, Random random)
{
    private readonly List<Task<RunResult>> _verbs = [];

    /// <summary>What was asked of the victim, and ended with it or before it.</summary>
    public async Task EndAsync()
    {
        foreach (var verb in _verbs) await verb;
    }

    public async Task<string> DownloadAsync(IReadOnlySet<SliceName> held, bool toTheEnd)
    {
        await round.GiveAsync();
        // While the other donor takes nothing, everything comes to the victim.
        if (toTheEnd || random.Next(2) == 0) await round.Donor.AskAsync("drain");
        if (round.MayAddModel && (random.Next(3) == 0 || round.MissingBytes(held) == 0)) await round.AddModelAsync();
        var begun = await round.Victim.ReceivedAsync();
        var missing = round.MissingBytes(held);
        var wanted = toTheEnd ? missing : random.NextInt64(1, missing);
        await MomentAsync(async () => await round.Victim.ReceivedAsync() - begun >= wanted, seconds: 12);
        var after = await RestAsync(toTheEnd ? 120 : 30);
        var got = await round.Victim.ReceivedAsync() - begun;
        return $"{got} of {missing} bytes received, {after} ms later";
    }

    public async Task<string> VerifyAsync()
    {
        _verbs.Add(round.Victim.RunAsync("verify"));
        return $"{await RestAsync(700)} ms after it was asked";
    }

    public async Task<string> ReleaseAsync()
    {
        await round.Donor.AskAsync("drain", "cancel");
        var how = random.Next(4);
        var asked = how switch
        {
            0 => "drain",
            1 => "donate 0",
            _ => $"donate {random.Next(1, 20).ToString(CultureInfo.InvariantCulture)}MiB",
        };
        // A folder that is given back already cannot be given back again.
        await round.Victim.RunAsync(
            [.. asked.Split(' '), .. how == 0 ? Array.Empty<string>() : [round.Swarm.DonationOf(1)]]);
        var words = random.Next(4) switch
        {
            0 => "",
            1 => "deleted from the trash",
            _ => "is given up",
        };
        var from = round.Victim.Log.Length;
        var times = random.Next(1, 5);
        if (words.Length > 0) await MomentAsync(() => Task.FromResult(Times(words, from) >= times), seconds: 15);
        var after = await RestAsync(words.Length > 0 ? 60 : 8000);
        return $"{asked}: {Times(words, from)} times '{words}', {after} ms later";
    }

    public async Task<string> HealAsync()
    {
        await round.GiveAsync();
        // What it was giving up until now may have gone since the round looked.
        var held = await round.HeldAsync(round.Victim);
        if (held.Count == 0) return $"nothing left to spoil, {await RestAsync(40)} ms later";
        var slice = held.ElementAt(random.Next(held.Count));
        round.Spoil(slice);
        var from = round.Victim.Log.Length;
        _verbs.Add(round.Victim.RunAsync("verify"));
        string[] all = ["", "is withdrawn", "fetched again", "held again"];
        var words = all[random.Next(all.Length)];
        if (words.Length > 0) await MomentAsync(() => Task.FromResult(Times(words, from) > 0), seconds: 12);
        return $"{slice} spoiled: '{words}', {await RestAsync(words.Length > 0 ? 40 : 900)} ms later";
    }

    /// <summary>Returns at the moment, or when it does not come: then this is the moment.</summary>
    private static Task MomentAsync(Func<Task<bool>> moment, int seconds)
    {
        var begun = Stopwatch.GetTimestamp();
        return Eventually.True(
            async () => Stopwatch.GetElapsedTime(begun).TotalSeconds > seconds || await moment(),
            TimeSpan.FromMinutes(1), () => "nothing");
    }

    private async Task<int> RestAsync(int mostMs)
    {
        var ms = random.Next(mostMs);
        var begun = Stopwatch.GetTimestamp();
        await Eventually.True(
            () => Stopwatch.GetElapsedTime(begun).TotalMilliseconds >= ms, TimeSpan.FromMinutes(1), () => "time");
        return ms;
    }

    private int Times(string words, int from) =>
        words.Length == 0 ? 0 : round.Victim.Log[from..].Split(words).Length - 1;
}
