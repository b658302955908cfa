using WeightSwarm.Torrent;
using WeightSwarm.Torrent.Engine;

namespace WeightSwarm.Tests.Torrent.Engine;

public sealed class EngineTorrentTests
{
    private readonly EngineTorrent _torrent =
        new(tag: 1, "key", pieces: 4, new TorrentSpec { Metainfo = default, SaveFolder = "/unused" });

    [Fact]
    public void Announce_DuringACheck_WaitsForItsEnd()
    {
        Assert.False(_torrent.Announce(2));
        Assert.False(_torrent.Finish());

        var (pieces, finished) = _torrent.EndCheck([true, false, true, false]);

        Assert.Equal([0, 2], pieces);
        Assert.True(finished);
        Assert.False(_torrent.Announce(2));
        Assert.True(_torrent.Announce(1));
        Assert.True(_torrent.Finish());
    }

    [Fact]
    public void CatchUp_AlertsWereLost_NamesWhatWasNotAnnounced()
    {
        _torrent.EndCheck(new bool[4]);
        _torrent.Announce(1);

        Assert.Equal([0, 3], _torrent.CatchUp([true, true, false, true]));
        Assert.Empty(_torrent.CatchUp([true, true, false, true]));
    }

    [Fact]
    public void BeginCheck_AfterAnError_ForgetsItAndAnnouncesAnew()
    {
        _torrent.EndCheck([true, true, true, true]);
        Assert.True(_torrent.Stop("the disk is gone"));
        Assert.False(_torrent.Stop("the disk is still gone"));

        _torrent.BeginCheck();

        Assert.Equal("", _torrent.Error);
        Assert.Equal([0], _torrent.EndCheck([true, false, false, false]).Pieces);
    }
}
