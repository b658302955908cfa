using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Admission;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class AddressBookTests
{
    private readonly AddressBook<Entry> _book = new(Secret(1));
    private readonly SplitMix64 _random = new(5);

    private sealed class Entry(string address) : IBookEntry
    {
        public IPEndPoint EndPoint { get; } = new(IPAddress.Parse(address), 7000);
        public BookPlace? Place { get; set; }
        public bool IsBad { get; set; }
    }

    /// <summary>One source of addresses, however many it names, fills 64 buckets of 64 at most.</summary>
    [Fact]
    public void Add_OfAHundredThousandFromOneSource_KeepsFourThousand()
    {
        for (var i = 0; i < 100_000; i++) _book.Add(At(i), IPAddress.Parse("198.51.100.7"));
        Assert.InRange(_book.Count, 3_000, 64 * 64);
    }

    [Fact]
    public void Add_OfAHundredThousandFromManySources_StaysWithinTheTable()
    {
        for (var i = 0; i < 100_000; i++)
            _book.Add(At(i), new IPAddress([(byte)(1 + i % 100), (byte)(i / 100), 0, 1]));
        Assert.InRange(_book.Count, 40_000, 1024 * 64);
    }

    /// <summary>A thousand hosts of one network that answer weigh no more than eight buckets.</summary>
    [Fact]
    public void Answered_OfAWholeNetwork_FillsEightBuckets()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var entry = new Entry($"203.0.{i / 256}.{i % 256}");
            _book.Add(entry, null);
            _book.Answered(entry);
        }
        Assert.InRange(_book.Tried, 256, 8 * 64);
    }

    [Fact]
    public void Add_WhereAnotherStands_KeepsTheOtherUnlessItDoesNotAnswer()
    {
        var (first, second) = TwoOfOnePlace();
        Assert.True(_book.Add(first, null));
        Assert.False(_book.Add(second, null));
        first.IsBad = true;
        Assert.True(_book.Add(second, null));
        Assert.Null(first.Place);
        Assert.Equal(1, _book.Count);
    }

    /// <summary>Ninety of a hundred addresses come from one source; a draw is not ninety times in a hundred one of
    /// them.</summary>
    [Fact]
    public void Draw_BesideACrowdOfOneNetwork_FindsTheOthersOften()
    {
        for (var i = 0; i < 9_000; i++) _book.Add(new Entry($"203.0.{i / 256}.{i % 256}"), null);
        var others = Enumerable.Range(0, 1_000).Select(At).ToHashSet();
        foreach (var other in others) _book.Add(other, null);
        var hits = Enumerable.Range(0, 2_000).Count(_ => others.Contains(_book.Draw(_random, e => true)!));
        Assert.True(hits > 1_500, $"{hits} of 2000 draws");
    }

    [Fact]
    public void Draw_WhenOnlyOneFits_FindsIt()
    {
        var wanted = At(4_321);
        for (var i = 0; i < 3_000; i++) _book.Add(At(i), null);
        Assert.True(_book.Add(wanted, null));
        _book.Answered(wanted);
        Assert.Same(wanted, _book.Draw(_random, e => e == wanted));
        _book.Remove(wanted);
        Assert.Null(_book.Draw(_random, e => e == wanted));
    }

    /// <summary>Without the secret nobody can tell where an address will stand.</summary>
    [Fact]
    public void Add_WithAnotherSecret_HasOtherPlaces()
    {
        var other = new AddressBook<Entry>(Secret(2));
        var same = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var (mine, theirs) = (At(i), At(i));
            if (_book.Add(mine, null) && other.Add(theirs, null) && mine.Place == theirs.Place) same++;
        }
        Assert.InRange(same, 0, 5);
    }

    private (Entry First, Entry Second) TwoOfOnePlace()
    {
        Dictionary<BookPlace, Entry> places = [];
        for (var i = 0; ; i++)
        {
            var entry = At(i);
            if (!_book.Add(entry, null)) throw new InvalidOperationException("the place was free");
            var place = entry.Place!.Value;
            _book.Remove(entry);
            if (places.TryGetValue(place, out var first)) return (first, entry);
            places.Add(place, entry);
        }
    }

    /// <summary>256 in each /16.</summary>
    private static Entry At(int i) => new($"{20 + i / 65_536}.{i / 256 % 256}.{i % 256}.1");

    private static byte[] Secret(byte first) => [first, .. new byte[31]];
}
