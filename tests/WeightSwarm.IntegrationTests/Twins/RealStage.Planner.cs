using Grpc.Core;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.V1;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>What owners and accidents do to real daemons, and what lies on their disks.</summary>
internal sealed partial class RealStage : IPlannerStage
{
    // Often enough to see every state that lasts, and so that answering is not what the daemons are busy with.
    private const long LookGapMs = 200;
    private const int MostLooks = 20;

    private long _lookedMs = -LookGapMs;

    public int Nodes => _stranger;

    public int Slices { get; }

    public async Task WantAsync(int copies)
    {
        await _machines[0].Daemon.AskAsync("withdraw", Model);
        await AddAsync(0, copies);
    }

    public Task KillAsync(IReadOnlyCollection<int> nodes) =>
        Task.WhenAll(nodes.Select(node => _machines[node].Daemon.KillAsync()));

    public async Task DrainAsync(int node) => await _machines[node].Daemon.AskAsync("drain");

    /// <summary>
    /// Holes come where the bytes were. The scrub would find that out, some time within five minutes: so all is read
    /// anew just before, and it is not due again for four.
    /// </summary>
    public async Task LieAsync(int node)
    {
        await _machines[node].Daemon.AskAsync("verify");
        var file = FileOf(node) ?? throw new InvalidOperationException($"node {node} has nothing to lose");
        await Damage.PunchAsync(file, 0, Slices * TwinSetting.SliceBytes);
    }

    /// <summary>Two rounds of questions with the same answers: between them all of it was so in one moment.</summary>
    public async Task<TwinCopies?> CopiesAsync()
    {
        if (NowMs - _lookedMs < LookGapMs) return null;
        _lookedMs = NowMs;
        var before = await SaidAsync();
        for (var look = 0; look < MostLooks; look++)
        {
            var after = await SaidAsync();
            // What is given up in the meantime stays on the disk as it is for a minute.
            if (before is not null && after is not null && before.SequenceEqual(after))
                return TwinCopies.Of(Slices, after, IsRight);
            before = after;
        }
        return null;
    }

    public async Task<IReadOnlySet<(int Holder, int Slice)>> DistrustedAsync(int node)
    {
        var numbers = _machines.ToDictionary(m => m.Value.Daemon.Id, m => m.Key);
        var why = await _machines[node].Control.WhyAsync(new WhyRequest { Model = Model });
        return why.Slices.SelectMany(slice => slice.Copies
            .Where(copy => !copy.Counted && copy.Reason.StartsWith("failed an audit", StringComparison.Ordinal))
            .Select(copy => (numbers[copy.NodeId], (int)slice.Slice))).ToHashSet();
    }

    public async Task<(int Slices, int Unproven)> TrashAsync()
    {
        var replies = await Task.WhenAll(Running.Select(
            node => _machines[node].Control.DonationsAsync(new DonationsRequest()).ResponseAsync));
        var trash = replies.SelectMany(reply => reply.Trash).ToList();
        return (trash.Sum(item => (int)item.Slices), trash.Sum(item => (int)item.Unproven));
    }

    private IEnumerable<int> Running => _machines.Where(m => m.Value.Daemon.IsRunning).Select(m => m.Key);

    /// <summary>What each running node says of itself, in order; null while one does not know the model.</summary>
    private async Task<List<(int Node, int Slice)>?> SaidAsync()
    {
        try
        {
            return [.. (await Task.WhenAll(Running.ToList().Select(SaidAsync))).SelectMany(said => said)];
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<IEnumerable<(int Node, int Slice)>> SaidAsync(int node)
    {
        var why = await _machines[node].Control.WhyAsync(new WhyRequest { Model = Model });
        return why.Slices
            .Where(s => s.Copies.Any(copy => copy.NodeId == _machines[node].Daemon.Id && !copy.Claim))
            .Select(s => (node, (int)s.Slice));
    }

    private bool IsRight(int node, int slice)
    {
        if (FileOf(node) is not { } path) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var found = new byte[TwinSetting.SliceBytes];
        file.Position = slice * TwinSetting.SliceBytes;
        return file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length
            && found.AsSpan().SequenceEqual(_bytes.AsSpan(slice * found.Length, found.Length));
    }

    /// <summary>Where a node has the model: in its owner's folder, or in what it donates.</summary>
    private string? FileOf(int node)
    {
        var own = Path.Combine(FolderOf(node), FileName);
        if (File.Exists(own)) return own;
        var donation = DonationOf(node);
        return !Directory.Exists(donation) ? null
            : Directory.EnumerateFiles(donation, FileName, SearchOption.AllDirectories).SingleOrDefault();
    }
}
