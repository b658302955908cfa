using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

public abstract partial class TorrentEngineContract
{
    [Fact]
    public async Task Recheck_ByteChanged_DropsThatPieceAndAnnouncesTheRestAgain()
    {
        var engine = await StartSeederAsync();
        var before = engine.Events.Count;
        Torrent.Corrupt(_folder.Make("seeder"), 6);

        await engine.Engine.RecheckAsync(Torrent.Key, default);
        await engine.WaitForAsync("a second check",
            events => events.Skip(before).OfType<TorrentChecked>().Any() ? engine : null);

        var again = engine.Events.Skip(before).TakeWhile(static what => what is not TorrentChecked)
            .OfType<PieceVerified>().Select(static piece => piece.Piece);
        Assert.Equal(Enumerable.Range(0, Torrent.Pieces).Where(static piece => piece != 6), again.Order());
        Assert.False((await engine.Engine.GetPiecesAsync(Torrent.Key, default))![6]);
    }

    [Fact]
    public async Task Recheck_ByteChanged_IsHealedFromAPeer()
    {
        var seeder = await StartSeederAsync();
        Torrent.WriteTo(_folder.Make("hurt"));
        var hurt = await StartAsync();
        await hurt.AddAndCheckAsync(Spec("hurt"));
        Torrent.Corrupt(_folder.Make("hurt"), 6);
        await hurt.Engine.RecheckAsync(Torrent.Key, default);
        await WaitForSecondCheckAsync(hurt);

        await hurt.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await hurt.WaitForAsync("piece 6 anew",
            _ => hurt.Verified(Torrent.Key).Count(static piece => piece == 6) == 2 ? hurt : null);
        await hurt.Engine.FlushAsync(Torrent.Key, default);

        AssertSameFiles(_folder.Make("hurt"));
        var status = (await hurt.Engine.GetStatusAsync(Torrent.Key, default))!;
        Assert.InRange(status.TotalDownloadedBytes, 1, 2 * Torrent.PieceLength);
    }

    [Fact]
    public async Task Remove_KnownAndUnknown_KeepsFilesAndForgets()
    {
        var engine = await StartSeederAsync();
        var before = TempFolder.Snapshot(_folder.FullPath);

        await engine.Engine.RemoveAsync(Torrent.Key, default);
        await engine.Engine.RemoveAsync(Torrent.Key, default);

        Assert.Equal(before, TempFolder.Snapshot(_folder.FullPath));
        Assert.Null(await engine.Engine.GetStatusAsync(Torrent.Key, default));
        Assert.Null(await engine.Engine.GetPiecesAsync(Torrent.Key, default));
    }

    [Fact]
    public async Task Remove_ThenAddAgain_StartsAnew()
    {
        var engine = await StartSeederAsync();
        await engine.Engine.RemoveAsync(Torrent.Key, default);

        await engine.AddAndCheckAsync(Spec("seeder") with { ReadOnly = true, Addition = 7 });

        Assert.Equal(2 * Torrent.Pieces, engine.Verified(Torrent.Key).Count);
        Assert.Equal(Torrent.Pieces, engine.Events.OfType<PieceVerified>().Count(static piece => piece.Addition == 7));
        Assert.Equal([0, 7], engine.Events.OfType<TorrentChecked>().Select(static check => check.Addition));
    }

    [Fact]
    public async Task Flush_AfterEachPiece_ItsBytesAreInTheFile()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        var key = await leecher.AddAndCheckAsync(Spec("leecher"));
        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);

        for (var count = 1; count <= Torrent.Pieces; count++)
        {
            await leecher.WaitForPiecesAsync(key, count);
            var verified = leecher.Verified(key);
            await leecher.Engine.FlushAsync(key, default);
            foreach (var piece in verified)
                AssertOnDisk(_folder.Make("leecher"), piece);
        }
    }

    [Fact]
    public async Task Flush_ManyAtOnce_AllEnd()
    {
        var engine = await StartSeederAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.Engine.FlushAsync(Torrent.Key, default)));
        await engine.Engine.FlushAsync(Torrent.Key, default);
    }

    [Fact]
    public async Task ReadOnly_FilesMissing_NothingIsMadeAndNothingFetched()
    {
        var seeder = await StartSeederAsync();
        var folder = _folder.Make("place");
        Torrent.WriteTo(folder);
        File.Delete(Torrent.PathOf(folder, "weights-1.safetensors"));
        File.Delete(Torrent.PathOf(folder, "empty.txt"));
        Directory.Delete(Path.Combine(folder, Torrent.Name, "nested"), recursive: true);
        var before = TempFolder.Snapshot(folder);
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("place") with { ReadOnly = true });
        var there = (await engine.Engine.GetPiecesAsync(key, default))!.Count(static here => here);
        // The leecher takes what is there, then has what is not: a peer that could fill the gaps.
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));
        await leecher.Engine.ConnectPeerAsync(key, engine.Address, default);
        await leecher.WaitForPiecesAsync(key, there);
        await leecher.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");
        await engine.Engine.ConnectPeerAsync(key, seeder.Address, default);
        await engine.Engine.RecheckAsync(key, default);
        await WaitForSecondCheckAsync(engine);
        await engine.Engine.FlushAsync(key, default);

        Assert.Equal(before, TempFolder.Snapshot(folder));
        Assert.Equal(0, (await engine.Engine.GetStatusAsync(key, default))!.TotalDownloadedBytes);
        Assert.Equal(Torrent.Files["config.json"].Length + Torrent.Files["weights-2.safetensors"].Length,
            (await engine.Engine.GetPiecesAsync(key, default))!
                .Select((here, piece) => here ? Torrent.PieceBytes(piece).Length : 0).Sum());
    }

    [Fact]
    public async Task ReadOnly_FolderIsASymbolicLink_Serves()
    {
        var owner = _folder.Make("owner");
        Torrent.WriteTo(owner);
        var before = TempFolder.Snapshot(owner);
        Directory.CreateSymbolicLink(
            Path.Combine(_folder.Make("links"), Torrent.Name), Path.Combine(owner, Torrent.Name));
        var seeder = await StartAsync();
        await seeder.AddAndCheckAsync(Spec("links") with { ReadOnly = true });
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));

        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");
        await leecher.Engine.FlushAsync(Torrent.Key, default);

        AssertSameFiles(_folder.Make("leecher"));
        Assert.Equal(before, TempFolder.Snapshot(owner));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadOnly_FileVanishesOrShrinks_IsReportedAndNotMadeAnew(bool shrinks)
    {
        var seeder = await StartSeederAsync();
        // Files are closed by a flush, so that the next read looks at the folder.
        await seeder.Engine.FlushAsync(Torrent.Key, default);
        var file = Torrent.PathOf(_folder.Make("seeder"), "weights-2.safetensors");
        if (shrinks)
            using (var open = File.Open(file, FileMode.Open))
                open.SetLength(10);
        else
            File.Delete(file);
        var before = TempFolder.Snapshot(_folder.Make("seeder"));
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));

        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        var error = await seeder.WaitForAsync<TorrentFileError>("a file error");

        Assert.Contains("weights-2.safetensors", error.File, StringComparison.Ordinal);
        Assert.False(error.NoSpace);
        var status = (await seeder.Engine.GetStatusAsync(Torrent.Key, default))!;
        Assert.Equal(TorrentState.Error, status.State);
        Assert.Contains("weights-2.safetensors", status.Error, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TorrentEngineException>(() => seeder.Engine.FlushAsync(Torrent.Key, default));
        await Assert.ThrowsAsync<TorrentEngineException>(() => seeder.Engine.SaveResumeDataAsync(Torrent.Key, default));
        Assert.Equal(before, TempFolder.Snapshot(_folder.Make("seeder")));
    }

    [Fact]
    public async Task Recheck_AfterAFileError_StartsTheTorrentAgain()
    {
        var seeder = await StartSeederAsync();
        await seeder.Engine.FlushAsync(Torrent.Key, default);
        File.Delete(Torrent.PathOf(_folder.Make("seeder"), "weights-2.safetensors"));
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));
        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await seeder.WaitForAsync<TorrentFileError>("a file error");
        Torrent.WriteTo(_folder.Make("seeder"));

        await seeder.Engine.RecheckAsync(Torrent.Key, default);
        await WaitForSecondCheckAsync(seeder);
        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await leecher.WaitForAsync<TorrentFinished>("all pieces");

        var status = (await seeder.Engine.GetStatusAsync(Torrent.Key, default))!;
        Assert.Equal((TorrentState.Seeding, ""), (status.State, status.Error));
    }

    [Fact]
    public async Task Calls_UnknownTorrent_AreRefusedByName()
    {
        var engine = (await StartAsync()).Engine;
        var key = Torrent.Key;
        Func<Task>[] calls =
        [
            () => engine.SetPiecePrioritiesAsync(key, Priorities(), default),
            () => engine.SetPieceDeadlineAsync(key, 0, TimeSpan.Zero, default),
            () => engine.ConnectPeerAsync(key, new(System.Net.IPAddress.Loopback, 1), default),
            () => engine.FlushAsync(key, default),
            () => engine.SaveResumeDataAsync(key, default),
            () => engine.RecheckAsync(key, default),
        ];

        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAsync<TorrentEngineException>(call);
            Assert.Contains(key, error.Message, StringComparison.Ordinal);
        }
        Assert.Null(await engine.GetStatusAsync(key, default));
        Assert.Null(await engine.GetPiecesAsync(key, default));
    }

    [Fact]
    public async Task Calls_ValuesOutOfRange_AreRefused()
    {
        var engine = await StartAsync();
        var key = await engine.AddAndCheckAsync(Spec("one"));
        var tooHigh = Priorities();
        tooHigh[2] = 8;

        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.Engine.SetPiecePrioritiesAsync(key, new byte[1], default));
        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.Engine.SetPiecePrioritiesAsync(key, tooHigh, default));
        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.Engine.SetPieceDeadlineAsync(key, Torrent.Pieces, TimeSpan.Zero, default));
        await Assert.ThrowsAsync<ArgumentException>(
            () => engine.Engine.DhtAnnounceAsync(new byte[19], 1, default));
    }

    [Fact]
    public async Task Counters_OfAnyEngine_HaveNames()
    {
        var engine = await StartAsync();

        Assert.NotEmpty(await engine.Engine.GetCountersAsync(default));
    }

    [Fact]
    public async Task Dispose_WhileFetching_EndsTheEventsAndKeepsFiles()
    {
        var seeder = await StartSeederAsync();
        var leecher = await StartAsync();
        await leecher.AddAndCheckAsync(Spec("leecher"));
        await leecher.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await leecher.WaitForPiecesAsync(Torrent.Key, 1);

        await leecher.Engine.DisposeAsync();
        await leecher.StreamEnd.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.NotEmpty(Directory.GetFiles(_folder.Make("leecher"), "*", SearchOption.AllDirectories));
    }

    private static async Task WaitForSecondCheckAsync(EngineProbe probe) => await probe.WaitForAsync(
        "a second check", events => events.OfType<TorrentChecked>().Count() == 2 ? probe : null);

    private void AssertOnDisk(string folder, int piece)
    {
        var (file, offset) = Torrent.Locate(piece);
        var expected = Torrent.PieceBytes(piece).Span;
        using var open = File.OpenRead(Torrent.PathOf(folder, file));
        var there = new byte[expected.Length];
        open.Position = offset;
        open.ReadExactly(there);
        Assert.True(expected.SequenceEqual(there), $"piece {piece} of {file} is not on disk");
    }
}
