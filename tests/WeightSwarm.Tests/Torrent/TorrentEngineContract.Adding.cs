using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

public abstract partial class TorrentEngineContract
{
    [Fact]
    public async Task Add_SameTorrentTwice_AnswersItsKeyAndChangesNothing()
    {
        var engine = await StartAsync();
        var key = await engine.AddAndCheckAsync(Spec("one") with { PiecePriorities = Priorities() });

        var again = await engine.AddAsync(Spec("two") with { PiecePriorities = Priorities(0, 1) });

        Assert.Equal(Torrent.Key, key);
        Assert.Equal(key, again);
        Assert.Equal(0, (await engine.Engine.GetStatusAsync(key, default))!.TotalWantedBytes);
    }

    [Fact]
    public async Task Add_BytesThatAreNoMetainfo_IsRefused()
    {
        var engine = await StartAsync();

        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.AddAsync(Spec("one") with { Metainfo = "not a torrent"u8.ToArray() }));
    }

    [Fact]
    public async Task Add_RelativeFolder_IsRefusedByName()
    {
        var engine = await StartAsync();

        var error = await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.AddAsync(Spec("one") with { SaveFolder = "some/where" }));

        Assert.Contains("some/where", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_WrongCounts_AreRefused()
    {
        var engine = await StartAsync();

        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.AddAsync(Spec("one") with { PiecePriorities = new byte[Torrent.Pieces + 1] }));
        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.AddAsync(Spec("one") with { VerifiedPieces = new bool[Torrent.Pieces - 1] }));
        Assert.Null(await engine.Engine.GetStatusAsync(Torrent.Key, default));
    }

    [Fact]
    public async Task Add_EmptyFolder_HasNothingAndWantsAll()
    {
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("one"));

        var status = (await engine.Engine.GetStatusAsync(key, default))!;
        Assert.Equal(TorrentState.Downloading, status.State);
        Assert.Equal(Torrent.Bytes, status.TotalWantedBytes);
        Assert.Equal(0, status.TotalWantedDoneBytes);
        Assert.Equal(Pieces(), await engine.Engine.GetPiecesAsync(key, default));
        Assert.Empty(engine.Verified(key));
    }

    [Fact]
    public async Task Add_FilesThere_AnnouncesEveryPieceOnceBeforeTheCheckEnds()
    {
        var engine = await StartSeederAsync();

        Assert.Equal(Enumerable.Range(0, Torrent.Pieces), engine.Verified(Torrent.Key).Order());
        var events = engine.Events.ToList();
        var lastPiece = events.FindLastIndex(static what => what is PieceVerified);
        Assert.InRange(lastPiece, 0, events.FindIndex(static what => what is TorrentChecked) - 1);
        await engine.WaitForAsync<TorrentFinished>("the end of a torrent that is all here");
        Assert.Equal(TorrentState.Seeding, (await engine.Engine.GetStatusAsync(Torrent.Key, default))!.State);
    }

    [Fact]
    public async Task Add_OneBadPiece_LeavesItOut()
    {
        Torrent.WriteTo(_folder.Make("one"));
        Torrent.Corrupt(_folder.Make("one"), 4);
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("one"));

        var expected = Enumerable.Repeat(true, Torrent.Pieces).ToArray();
        expected[4] = false;
        Assert.Equal(expected, await engine.Engine.GetPiecesAsync(key, default));
        Assert.DoesNotContain(4, engine.Verified(key));
    }

    [Fact]
    public async Task Add_VerifiedPieces_AreNotReadAgainAndOthersAreMissing()
    {
        Torrent.WriteTo(_folder.Make("one"));
        // Only a hash would show it: whoever vouches is believed.
        Torrent.Corrupt(_folder.Make("one"), 3);
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("one") with { VerifiedPieces = Pieces(1, 3) });

        Assert.Equal(Pieces(1, 3), await engine.Engine.GetPiecesAsync(key, default));
        Assert.Equal([1, 3], engine.Verified(key).Order());
    }

    [Fact]
    public async Task Add_AllPiecesVerified_SeedsWithoutReading()
    {
        Torrent.WriteTo(_folder.Make("one"));
        Torrent.Corrupt(_folder.Make("one"), 3);
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(
            Spec("one") with { VerifiedPieces = Enumerable.Repeat(true, Torrent.Pieces).ToArray(), ReadOnly = true });

        Assert.All((await engine.Engine.GetPiecesAsync(key, default))!, Assert.True);
        Assert.Equal(TorrentState.Seeding, (await engine.Engine.GetStatusAsync(key, default))!.State);
    }

    [Fact]
    public async Task Add_NoPieceVerified_TakesNothingFromTheFolder()
    {
        Torrent.WriteTo(_folder.Make("one"));
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("one") with { VerifiedPieces = Pieces() });

        Assert.Equal(Pieces(), await engine.Engine.GetPiecesAsync(key, default));
    }

    [Fact]
    public async Task Add_VerifiedPieceOfAFileThatIsGone_IsNotBelieved()
    {
        var engine = await StartAsync();

        var key = await engine.AddAndCheckAsync(Spec("one") with { VerifiedPieces = Pieces(1, 3) });

        Assert.Equal(Pieces(), await engine.Engine.GetPiecesAsync(key, default));
    }

    [Fact]
    public async Task Add_ResumeData_StartsWithoutReading()
    {
        var seeder = await StartSeederAsync();
        var first = await StartAsync();
        await first.AddAndCheckAsync(Spec("one") with { PiecePriorities = Priorities(2, 3, 5) });
        await first.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await first.WaitForPiecesAsync(Torrent.Key, 3);
        var resume = await first.Engine.SaveResumeDataAsync(Torrent.Key, default);
        await first.Engine.RemoveAsync(Torrent.Key, default);
        Torrent.Corrupt(_folder.Make("one"), 3);
        var second = await StartAsync();

        await second.AddAndCheckAsync(Spec("one") with { ResumeData = resume, PiecePriorities = Priorities(2, 3, 5) });

        Assert.Equal(Pieces(2, 3, 5), await second.Engine.GetPiecesAsync(Torrent.Key, default));
        Assert.Equal([2, 3, 5], second.Verified(Torrent.Key).Order());
        Assert.Equal(TorrentState.Finished, (await second.Engine.GetStatusAsync(Torrent.Key, default))!.State);
    }

    [Fact]
    public async Task Add_ResumeDataOlderThanTheFiles_VouchesForNoMoreThanItKnew()
    {
        var seeder = await StartSeederAsync();
        var first = await StartAsync();
        await first.AddAndCheckAsync(Spec("one") with { PiecePriorities = Priorities(2) });
        await first.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await first.WaitForPiecesAsync(Torrent.Key, 1);
        var old = await first.Engine.SaveResumeDataAsync(Torrent.Key, default);
        await first.Engine.SetPiecePrioritiesAsync(Torrent.Key, Priorities(2, 3, 4), default);
        await first.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await first.WaitForPiecesAsync(Torrent.Key, 3);
        // The process dies here, and not all that was written survives.
        await first.Engine.DisposeAsync();
        Torrent.Corrupt(_folder.Make("one"), 4);
        var second = await StartAsync();

        await second.AddAndCheckAsync(Spec("one") with { ResumeData = old });
        Assert.Equal(Pieces(2), await second.Engine.GetPiecesAsync(Torrent.Key, default));
        await second.Engine.ConnectPeerAsync(Torrent.Key, seeder.Address, default);
        await second.WaitForAsync<TorrentFinished>("all pieces");
        await second.Engine.FlushAsync(Torrent.Key, default);

        AssertSameFiles(_folder.Make("one"));
    }

    [Fact]
    public async Task Add_ResumeDataOfAnotherTorrent_IsRefused()
    {
        var engine = await StartAsync();
        await engine.AddAndCheckAsync(Spec("one"));
        var resume = await engine.Engine.SaveResumeDataAsync(Torrent.Key, default);
        var other = TestTorrent.Typical(seed: 21, name: "other");

        await Assert.ThrowsAsync<TorrentEngineException>(
            () => engine.AddAsync(Spec("one") with { Metainfo = other.Metainfo, ResumeData = resume }));
    }
}
