using Microsoft.Extensions.Logging.Abstractions;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Node.Donations;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Scrub;

public sealed class QuarantineTests : IDisposable
{
    private const int Piece = ScrubbedModel.Piece;

    private readonly TempFolder _state = new();
    private readonly TempFolder _disk = new();
    private readonly StandingTime _time = new(1_800_000_000_000);
    private readonly NodeStore _store;
    private readonly DonationLedger _ledger;
    private readonly Quarantine _quarantine;
    private readonly HeldModel _model;
    private readonly string _folder;

    public QuarantineTests()
    {
        _store = NodeStore.Open(_state.Root, _time);
        _ledger = new DonationLedger(_store.Donations, NodeId.Of("self"u8), _state.Root, new FakeVolumes(), _time);
        var donation = _ledger.Donate(3 * 10 * Piece, _disk.At("d")).Donation!;
        _quarantine = new Quarantine(_ledger, _time, NullLogger<Quarantine>.Instance);
        _model = ScrubbedModel.At(_disk.At("d", "models", "m", "n"), donation.Id);
        _folder = DonationFolder.Quarantine(donation.Path);
        ScrubbedModel.Write(_model.Root);
    }

    public void Dispose()
    {
        _store.Dispose();
        _state.Dispose();
        _disk.Dispose();
    }

    [Fact]
    public void Keep_ABadPiece_KeepsItsBytes_AndCountsThem()
    {
        var used = _ledger.Look()[0].UsedBytes;
        Keep(PieceFault.Wrong, 2, "a");
        var kept = Assert.Single(Kept());
        Assert.Equal(ScrubbedModel.Files[0].Content[(2 * Piece)..(3 * Piece)], File.ReadAllBytes(kept));
        Assert.Equal(used + Piece, _ledger.Look()[0].UsedBytes);
    }

    [Fact]
    public void Keep_TheLastPieceOfAFile_KeepsWhatItHas()
    {
        Keep(PieceFault.Wrong, 6, "b");
        Assert.Equal(Piece / 2, new System.IO.FileInfo(Assert.Single(Kept())).Length);
    }

    [Fact]
    public void Keep_WhatHasNoBytes_KeepsNothing()
    {
        File.Delete(Path.Combine(_model.Root, "b"));
        Keep(PieceFault.Missing, 5, "b");
        Keep(PieceFault.Wrong, 5, "b");
        Keep(PieceFault.Unreadable, 1, "a");
        Keep(PieceFault.Hole, 1, "a");
        Assert.Empty(Kept());
    }

    [Fact]
    public void Keep_SomethingThatIsNoFile_MovesItOutOfTheWay_AndNotWhatALinkLeadsTo()
    {
        var path = Path.Combine(_model.Root, "b");
        File.Move(path, _disk.At("somebodys"));
        File.CreateSymbolicLink(path, _disk.At("somebodys"));
        Keep(PieceFault.NotAFile, 5, "b");
        Keep(PieceFault.NotAFile, 6, "b");
        Assert.False(Path.Exists(path));
        Assert.Equal(_disk.At("somebodys"), new System.IO.FileInfo(Assert.Single(Kept())).LinkTarget);
        Assert.True(File.Exists(_disk.At("somebodys")));
    }

    [Fact]
    public void Keep_MoreThanATenthOfTheDonation_LetsTheOldestGo()
    {
        var used = _ledger.Look()[0].UsedBytes;
        for (var piece = 0; piece < 5; piece++)
        {
            Keep(PieceFault.Wrong, piece, "a");
            _time.UnixMs++;
        }
        Assert.Equal(["0000002", "0000003", "0000004"], Kept().Select(path => path[^7..]));
        Assert.Equal(used + 3 * Piece, _ledger.Look()[0].UsedBytes);
    }

    [Fact]
    public void Keep_AnOwnersBytes_TouchesNothing()
    {
        _quarantine.Keep(_model with { Donation = null }, [new BadPiece(1, PieceFault.NotAFile, "a", "it is so")]);
        Assert.Empty(Kept());
        Assert.True(File.Exists(Path.Combine(_model.Root, "a")));
    }

    private void Keep(PieceFault fault, int piece, string path) =>
        _quarantine.Keep(_model, [new BadPiece(piece, fault, path, "it is so")]);

    private List<string> Kept() => Directory.Exists(_folder)
        ? [.. Directory.EnumerateFileSystemEntries(_folder).Order(StringComparer.Ordinal)]
        : [];
}
