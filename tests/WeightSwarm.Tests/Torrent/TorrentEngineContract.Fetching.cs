using System.Net;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

public abstract partial class TorrentEngineContract
{
    [Fact]
    public async Task Fetch_Everything_WritesTheSameFiles()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        var key = await leecher.AddAndCheckAsync(Spec("leecher"));

        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");
        await leecher.Engine.FlushAsync(key, default);

        AssertSameFiles(_folder.Make("leecher"));
        Assert.Equal(Torrent.Files.Count, Directory.GetFiles(
            _folder.Make("leecher"), "*", SearchOption.AllDirectories).Length);
        Assert.Equal(Enumerable.Range(0, Torrent.Pieces), leecher.Verified(key).Order());
        Assert.All((await leecher.Engine.GetPiecesAsync(key, default))!, Assert.True);
        var status = (await leecher.Engine.GetStatusAsync(key, default))!;
        Assert.Equal((TorrentState.Seeding, ""), (status.State, status.Error));
        Assert.Equal((Torrent.Bytes, Torrent.Bytes), (status.TotalWantedBytes, status.TotalWantedDoneBytes));
        Assert.InRange(status.TotalDownloadedBytes, Torrent.Bytes, long.MaxValue);
    }

    [Fact]
    public async Task Fetch_SomePieces_LeavesTheOthersAlone()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        int[] wanted = [5, 7];
        var key = await leecher.AddAndCheckAsync(Spec("leecher") with { PiecePriorities = Priorities(wanted) });

        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForAsync("two pieces and the end", events => events.OfType<TorrentFinished>().Any()
            && leecher.Verified(key).Count >= 2 ? leecher : null);
        await leecher.Engine.FlushAsync(key, default);

        Assert.Equal(wanted, leecher.Verified(key).Order());
        Assert.Equal(TorrentState.Finished, (await leecher.Engine.GetStatusAsync(key, default))!.State);
        AssertOnlyTheseOnDisk(_folder.Make("leecher"), wanted);
    }

    [Fact]
    public async Task Fetch_PrioritiesRaisedLater_FetchesTheRest()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        var key = await leecher.AddAndCheckAsync(Spec("leecher") with { PiecePriorities = Priorities(0) });
        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForPiecesAsync(key, 1);

        await leecher.Engine.SetPiecePrioritiesAsync(key, Priorities(0, 1, 9), default);
        await leecher.Engine.SetPieceDeadlineAsync(key, 9, TimeSpan.FromSeconds(1), default);
        // Peers that had nothing to give each other may have parted.
        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForPiecesAsync(key, 3);
        await leecher.Engine.FlushAsync(key, default);

        AssertOnlyTheseOnDisk(_folder.Make("leecher"), [0, 1, 9]);
    }

    [Fact]
    public async Task Fetch_TwoLeechers_BothGetAll()
    {
        var seeder = await StartSeederAsync();
        EngineProbe[] leechers = [await StartAsync(), await StartAsync()];
        for (var i = 0; i < leechers.Length; i++)
        {
            await leechers[i].AddAndCheckAsync(Spec($"leecher{i}"));
            await leechers[i].Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        }

        for (var i = 0; i < leechers.Length; i++)
        {
            await leechers[i].WaitForAsync<TorrentFinished>("all pieces");
            await leechers[i].Engine.FlushAsync(Torrent.Key, default);
            AssertSameFiles(_folder.Make($"leecher{i}"));
        }
    }

    [Fact]
    public async Task Fetch_FromOneThatHasHalf_AndOneThatHasTheOtherHalf_GetsAll()
    {
        var halves = Enumerable.Range(0, Torrent.Pieces).GroupBy(static piece => piece % 2).ToArray();
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));
        foreach (var half in halves)
        {
            Torrent.WriteTo(_folder.Make($"half{half.Key}"));
            var seeder = await StartAsync();
            await seeder.AddAndCheckAsync(
                Spec($"half{half.Key}") with { VerifiedPieces = Pieces([.. half]), ReadOnly = true });
            await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        }

        await leecher.WaitForAsync<TorrentFinished>("both halves");
        await leecher.Engine.FlushAsync(Torrent.Key, default);

        AssertSameFiles(_folder.Make("leecher"));
    }

    [Fact]
    public async Task Fetch_PieceThatIsWrongAtItsSource_FailsAndIsNeverAnnounced()
    {
        Torrent.WriteTo(_folder.Make("liar"));
        Torrent.Corrupt(_folder.Make("liar"), 3);
        var liar = await StartAsync();
        await liar.AddAndCheckAsync(Spec("liar") with { VerifiedPieces = Pieces(3), ReadOnly = true });
        var leecher = await StartAsync();
        var key = await leecher.AddAndCheckAsync(Spec("leecher"));

        await leecher.Engine.ConnectPeerAsync(key, liar.Address, default);
        await leecher.WaitForAsync<PieceFailed>("piece 3 to fail", static failed => failed.Piece == 3);

        Assert.Empty(leecher.Verified(key));
        Assert.Equal(Pieces(), await leecher.Engine.GetPiecesAsync(key, default));
    }

    [Fact]
    public async Task Connect_NobodyListensThere_IsNoError()
    {
        var engine = await StartAsync();
        var key = await engine.AddAndCheckAsync(Spec("one"));

        await engine.Engine.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Loopback, 1), default);
        await engine.Engine.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Loopback, 1), default);

        Assert.Equal(0, (await engine.Engine.GetStatusAsync(key, default))!.Peers);
    }

    [Fact]
    public async Task Limits_SetAndLifted_FetchingGoesOn()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        await leecher.Engine.SetLimitsAsync(0, 20_000, default);
        var key = await leecher.AddAndCheckAsync(Spec("leecher"));
        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForPiecesAsync(key, 1);
        var early = leecher.Events.OfType<TorrentFinished>().Any();

        await leecher.Engine.SetLimitsAsync(0, 0, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");

        Assert.False(early, "The whole torrent came at once, so the limit did nothing.");
    }

    private void AssertOnlyTheseOnDisk(string folder, int[] wanted)
    {
        var touched = wanted.Select(piece => Torrent.Locate(piece).File).ToHashSet();
        var empty = Torrent.Files.Where(static file => file.Value.Length == 0).Select(static file => file.Key);
        var found = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(folder, Torrent.Name), file)).ToHashSet();
        Assert.Equal(touched.Union(empty).Order(), found.Order());
        for (var piece = 0; piece < Torrent.Pieces; piece++)
        {
            var (file, offset) = Torrent.Locate(piece);
            if (!touched.Contains(file))
                continue;
            var content = Torrent.PieceBytes(piece).ToArray();
            var expected = wanted.Contains(piece) ? content : new byte[content.Length];
            var there = File.ReadAllBytes(Torrent.PathOf(folder, file)).AsSpan();
            there = there[Math.Min(offset, there.Length)..];
            // A file may end before a piece that was never written.
            Assert.True(expected.AsSpan().StartsWith(there[..Math.Min(there.Length, expected.Length)])
                && (there.Length >= expected.Length || !wanted.Contains(piece)), $"piece {piece} of {file}");
        }
    }
}
