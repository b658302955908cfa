using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>
/// One swarm whose second node is killed over and over: a seeder with the originals, the victim, another donor. After
/// every kill the victim's disk is read while it is down, and its word is compared with that when it is up again.
/// </summary>
internal sealed class CrashRound : IAsyncDisposable
{
    private const int MostModels = 3;

    private static readonly TimeSpan _backWithin = TimeSpan.FromSeconds(30);

    private readonly Random _random;
    private readonly ITestOutputHelper _output;
    private readonly SortedDictionary<string, CrashModel> _models = new(StringComparer.Ordinal);

    /// <summary>What the victim or the other donor once held: one of the two has it for ever.</summary>
    private readonly SortedSet<SliceName> _kept = [];

    /// <summary>What the test has spoiled and the victim has not mended.</summary>
    private readonly SortedSet<SliceName> _spoiled = [];

    private CrashRound(Swarm swarm, int seed, ITestOutputHelper output) =>
        (Swarm, _random, _output) = (swarm, new Random(seed), output);

    public Swarm Swarm { get; }
    public DaemonProcess Seeder => Swarm[0];
    public DaemonProcess Victim => Swarm[1];
    public DaemonProcess Donor => Swarm[2];

    /// <summary>Kills by operation.</summary>
    public SortedDictionary<CrashOperation, int> Kills { get; } = [];

    /// <summary>Most bytes of slices that were not whole yet at a kill, and that are not fetched again.</summary>
    public long MostUnrecorded { get; private set; }

    /// <summary>Most bytes over what was missing that were received after one kill.</summary>
    public long MostAgain { get; private set; }

    public static async Task<CrashRound> StartAsync(int seed, ITestOutputHelper output)
    {
        var slice = (1 << new Random(seed).Next(3)).ToString(CultureInfo.InvariantCulture);
        var round = new CrashRound(await Swarm.StartAsync(3, copies: 2, slice: $"{slice}MiB"), seed, output);
        try
        {
            await round.Swarm.DonateAsync(2, "400MB");
            await round.AddModelAsync();
            return round;
        }
        catch
        {
            await round.DisposeAsync();
            throw;
        }
    }

    /// <summary>One kill at a random moment of a random operation, and what must hold after it.</summary>
    public async Task KillAsync(int number)
    {
        var held = await HeldAsync(Victim);
        var steps = new CrashSteps(this, _random);
        var operation = Choose(held);
        var moment = await RunAsync(steps, operation, held);
        await Victim.KillAsync();
        Kills[operation] = Kills.GetValueOrDefault(operation) + 1;
        var down = NodeOnDisk.Read(Victim.State, Swarm.DonationOf(1), _models);
        var here = down.RightBytesOfOthers();
        var unrecorded = here.Values.Sum();
        MostUnrecorded = Math.Max(MostUnrecorded, unrecorded);
        await CheckDownAsync(down);
        await steps.EndAsync();
        await Victim.StartAgainAsync();
        var again = await CheckUpAsync(down, here);
        MostAgain = Math.Max(MostAgain, again);
        _output.WriteLine(
            $"kill {number}: {operation}, {moment}; verified {down.Verified.Count}, trash {down.Trash.Count}, " +
            $"in doubt {down.Doubted.Count}; {unrecorded} bytes of unfinished slices, {again} bytes too many");
        await MendAsync();
    }

    /// <summary>The seeder goes for good, and the originals come out of what the two donors have.</summary>
    public async Task EndAsync()
    {
        await GiveAsync();
        await Donor.AskAsync("drain", "cancel");
        foreach (var model in _models.Keys) await Swarm.HasCopiesAsync(Seeder, model, 2);
        await Seeder.KillAsync();
        foreach (var (name, model) in _models)
        {
            var folder = Swarm.At("restored", model.Id.ToString());
            await Donor.AskAsync("restore", name, folder);
            ModelFolder.AssertSame(FolderOf(name), folder);
        }
    }

    public ValueTask DisposeAsync() => Swarm.DisposeAsync();

    /// <summary>Another model of a few slices, on the seeder.</summary>
    public async Task AddModelAsync()
    {
        var name = $"org/model{_models.Count}";
        var folder = FolderOf(name);
        ModelFolder.Write(folder, "a.bin", 5 * ModelFolder.MiB, _random.Next());
        ModelFolder.Write(folder, "b.bin", 7 * ModelFolder.MiB - 12_345, _random.Next());
        ModelFolder.Write(folder, "config.json", 700, _random.Next());
        _models[name] = await CrashModel.AddAsync(Seeder, folder, name);
    }

    /// <summary>Spoils a slice that the victim holds.</summary>
    public void Spoil(SliceName slice)
    {
        var model = _models[slice.Model];
        _spoiled.Add(slice);
        model.Flip(
            Node.Donations.DonationFolder.OfModel(Swarm.DonationOf(1), model.Id), slice.Slice, _random);
    }

    /// <summary>The victim takes slices again, whatever it was told before.</summary>
    public async Task GiveAsync()
    {
        await Victim.AskAsync("drain", "cancel");
        await Swarm.DonateAsync(1, "400MB");
    }

    /// <summary>Bytes of what the victim does not hold.</summary>
    public long MissingBytes(IReadOnlySet<SliceName> held) => _models.Values.SelectMany(model => model.All)
        .Where(slice => !held.Contains(slice)).Sum(BytesOf);

    public bool MayAddModel => _models.Count < MostModels;

    /// <summary>What the victim itself says that it holds.</summary>
    public Task<SortedSet<SliceName>> HeldAsync(DaemonProcess node) => HeldAsync(node, node);

    private static Task<string> RunAsync(CrashSteps steps, CrashOperation operation, SortedSet<SliceName> held) =>
        operation switch
        {
            CrashOperation.Download => steps.DownloadAsync(held, toTheEnd: false),
            CrashOperation.Publish => steps.DownloadAsync(held, toTheEnd: true),
            CrashOperation.Verify => steps.VerifyAsync(),
            CrashOperation.Release => steps.ReleaseAsync(),
            _ => steps.HealAsync(),
        };

    private CrashOperation Choose(SortedSet<SliceName> held)
    {
        var missing = MayAddModel || MissingBytes(held) > 0;
        CrashOperation[] possible = held.Count == 0
            ? [CrashOperation.Download, CrashOperation.Publish]
            : [.. Enum.GetValues<CrashOperation>().Where(operation =>
                missing || operation is not (CrashOperation.Download or CrashOperation.Publish))];
        return possible[_random.Next(possible.Length)];
    }

    /// <summary>While the victim is down: its store against its bytes, and against what it has told the
    /// network.</summary>
    private async Task CheckDownAsync(NodeOnDisk down)
    {
        var wrong = down.Whole.Where(slice => !_spoiled.Contains(slice) && !down.IsRight(slice)).ToList();
        Assert.True(wrong.Count == 0, $"the store vouches for what is not right on the disk: {wrong.Text()}");

        var advertised = await HeldAsync(Seeder, Victim);
        var unbacked = advertised.Except(down.Whole).Except(_spoiled).ToList();
        Assert.True(unbacked.Count == 0, $"advertised and not recorded: {unbacked.Text()}");

        var donor = await HeldAsync(Donor);
        var bad = donor.Where(slice => !NodeOnDisk.IsRight(
            Swarm.DonationOf(2), _models[slice.Model], slice.Slice)).ToList();
        Assert.True(bad.Count == 0, $"the other donor holds what is not right on its disk: {bad.Text()}");
        var gone = _kept.Except(down.Verified).Except(_spoiled).Except(donor).ToList();
        Assert.True(
            gone.Count == 0, $"neither donor has {gone.Text()} any more; in the victim's trash {down.Trash.Text()}");
        _kept.UnionWith(down.Verified);
        _kept.UnionWith(donor);
    }

    /// <summary>The victim is up: it holds what it held, and has fetched nothing of it. Answers the bytes that it
    /// received beyond what it lacked.</summary>
    private async Task<long> CheckUpAsync(NodeOnDisk down, IReadOnlyDictionary<SliceName, long> here)
    {
        var before = Victim.Log.LastIndexOf("-- start", StringComparison.Ordinal);
        // A node that was down for longer than its word lasts says it again with its first turn.
        await Swarm.UntilAsync(
            async () =>
            {
                var held = await HeldAsync(Victim);
                return down.Verified.Except(held).Except(_spoiled).All(slice => IsGivenUp(slice, before));
            },
            $"what was held before the kill to be held ({down.Verified.Text()})", _models.Keys.First(), _backWithin);
        await Swarm.SeesAsync(Victim, 2);

        var received = await Victim.ReceivedAsync();
        var now = await HeldAsync(Victim);
        now.UnionWith(await HeldAsync(Victim, Victim, claims: true));
        var fetched = now.Union(_spoiled).Union(down.Doubted).Except(down.Whole.Except(_spoiled));
        var missing = fetched.Sum(slice => BytesOf(slice) - (_spoiled.Contains(slice) ? 0 : here[slice]));
        var again = Math.Max(0, received - missing);
        Assert.True(
            again <= 2 * _models.Values.First().PieceLength,
            $"{received} bytes were received and {missing} were missing of {now.Text()}");
        return again;
    }

    private bool IsMended(SliceName slice) =>
        NodeOnDisk.IsRight(Swarm.DonationOf(1), _models[slice.Model], slice.Slice);

    private bool IsGivenUp(SliceName slice, int from) => Victim.Log.IndexOf(
        $"{slice.Model}: slice {slice.Slice} is given up", from, StringComparison.Ordinal) >= 0;

    /// <summary>What the test has spoiled is found and mended before the next kill but one of two.</summary>
    private async Task MendAsync()
    {
        if (_spoiled.Count == 0 || _random.Next(3) == 0) return;
        await Swarm.UntilAsync(
            async () =>
            {
                var verified = await Victim.RunAsync("verify");
                Assert.True(verified.ExitCode is 0 or 6, verified.ToString());
                // What was handed over before it was found stays as it is until it is deleted.
                var elsewhere = await HeldAsync(Donor);
                return _spoiled.All(slice => elsewhere.Contains(slice) || IsMended(slice));
            },
            $"{_spoiled.Text()} to be mended", _spoiled.First().Model);
        _spoiled.RemoveWhere(IsMended);
        // Three bad pieces in a day have drained the donation.
        await Swarm.DonateAsync(1, "400MB");
    }

    private async Task<SortedSet<SliceName>> HeldAsync(DaemonProcess asked, DaemonProcess holder, bool claims = false)
    {
        var all = new SortedSet<SliceName>();
        foreach (var model in _models.Values) all.UnionWith(await model.HeldAsync(asked, holder, claims));
        return all;
    }

    private long BytesOf(SliceName slice) => _models[slice.Model].BytesOf(slice.Slice);

    private string FolderOf(string model) => Swarm.At("models", model);
}
