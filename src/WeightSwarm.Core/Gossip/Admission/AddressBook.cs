using System.Buffers.Binary;
using System.Net;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>Where an address stands in the book.</summary>
/// <param name="IsTried">In the table of those that have answered.</param>
/// <param name="Bucket">Which bucket of it.</param>
/// <param name="Slot">Which place there.</param>
internal readonly record struct BookPlace(bool IsTried, int Bucket, int Slot);

/// <summary>An address as the book sees it.</summary>
internal interface IBookEntry
{
    /// <summary>The address.</summary>
    IPEndPoint EndPoint { get; }
    /// <summary>Its place; null while it is not in the book.</summary>
    BookPlace? Place { get; set; }
    /// <summary>It has not answered lately, and makes room for another.</summary>
    bool IsBad { get; }
}

/// <summary>
/// The addresses that neighbours are drawn from, in two tables, after Bitcoin's addrman (Heilman, Kendler, Zohar and
/// Goldberg, 2015): new ones, 1,024 buckets of 64, of which one source of addresses fills 64 at most; and those that
/// have answered this node, 256 buckets of 64, of which one network of addresses fills 8 at most. Which bucket and
/// which place an address has depends on a secret, so that nobody can aim at one; who is there stays, unless it does
/// not answer. A draw takes a table, then a bucket, then an address: a thousand addresses of one owner that share
/// buckets weigh as few. Rows are made when something comes into them.
/// </summary>
internal sealed class AddressBook<T>(ReadOnlyMemory<byte> secret)
    where T : class, IBookEntry
{
    private const int Slots = 64, NewBuckets = 1024, TriedBuckets = 256, NewOfSource = 64, TriedOfGroup = 8;
    private const int MostDraws = 32;

    private readonly Table _new = new(), _tried = new();

    private sealed class Table
    {
        public SortedDictionary<int, List<T>> Buckets { get; } = [];
        public List<List<T>> Rows { get; } = [];
        public int Count { get; set; }
    }

    /// <summary>Addresses in it.</summary>
    public int Count => _new.Count + _tried.Count;

    /// <summary>Addresses that have answered.</summary>
    public int Tried => _tried.Count;

    /// <summary>Puts an address among the new ones; false when its place is taken.</summary>
    /// <param name="entry">Not in the book.</param>
    /// <param name="source">Who named it; null for itself.</param>
    public bool Add(T entry, IPAddress? source)
    {
        var group = GroupOf(entry.EndPoint.Address);
        var from = source is null ? group : GroupOf(source);
        var part = (int)(Draw("part", from, group) % NewOfSource);
        var bucket = (int)(Draw("new", from, (ulong)part) % NewBuckets);
        return Put(_new, entry, new BookPlace(false, bucket, SlotOf("new", bucket, entry)));
    }

    /// <summary>The address has answered: it moves to the tried ones, unless one that answers too has the
    /// place.</summary>
    public void Answered(T entry)
    {
        if (entry.Place is { IsTried: true }) return;
        var group = GroupOf(entry.EndPoint.Address);
        var part = Draw("part", (ulong)entry.EndPoint.Port, HostOf(entry.EndPoint.Address)) % TriedOfGroup;
        var bucket = (int)(Draw("tried", group, part) % TriedBuckets);
        var place = new BookPlace(true, bucket, SlotOf("tried", bucket, entry));
        var before = entry.Place;
        if (At(_tried, place) is { IsBad: true } old)
        {
            Remove(old);
            Add(old, null);
        }
        if (At(_tried, place) is not null) return;
        if (before is not null) Remove(entry);
        Put(_tried, entry, place);
    }

    /// <summary>Takes an address out.</summary>
    public void Remove(T entry)
    {
        if (entry.Place is not { } place) return;
        var table = TableOf(place);
        table.Buckets[place.Bucket].Remove(entry);
        table.Count--;
        entry.Place = null;
    }

    /// <summary>An address drawn at random that fits, or null when none does.</summary>
    public T? Draw(SplitMix64 random, Predicate<T> fits)
    {
        for (var draw = 0; draw < MostDraws && Count > 0; draw++)
        {
            var table = random.Below(2) == 0 ? _tried : _new;
            if (table.Count == 0) table = table == _tried ? _new : _tried;
            var row = table.Rows[(int)random.Below(table.Rows.Count)];
            if (row.Count > 0 && row[(int)random.Below(row.Count)] is var entry && fits(entry)) return entry;
        }
        var all = _tried.Rows.Concat(_new.Rows).SelectMany(row => row).Where(entry => fits(entry)).ToList();
        return all.Count == 0 ? null : all[(int)random.Below(all.Count)];
    }

    private Table TableOf(BookPlace place) => place.IsTried ? _tried : _new;

    private static T? At(Table table, BookPlace place) => table.Buckets.TryGetValue(place.Bucket, out var row)
        ? row.Find(e => e.Place!.Value.Slot == place.Slot) : null;

    private bool Put(Table table, T entry, BookPlace place)
    {
        if (At(table, place) is { } other)
        {
            if (!other.IsBad) return false;
            Remove(other);
        }
        if (!table.Buckets.TryGetValue(place.Bucket, out var row))
        {
            table.Buckets.Add(place.Bucket, row = []);
            table.Rows.Add(row);
        }
        row.Add(entry);
        table.Count++;
        entry.Place = place;
        return true;
    }

    private int SlotOf(string table, int bucket, T entry) => (int)(Draw(
        table + " slot", (ulong)bucket << 16 | (uint)entry.EndPoint.Port, HostOf(entry.EndPoint.Address)) % Slots);

    /// <summary>A wide network as a number; a private address is a network of its own.</summary>
    private static ulong GroupOf(IPAddress address) => AddressGroup.WideOf(address) is { } wide
        ? wide.Prefix << 1 | (wide.IsV6 ? 1UL : 0) : HostOf(address);

    private static ulong HostOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) ^ SplitMix64.Mix(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    private ulong Draw(string what, ulong a, ulong b)
    {
        Span<byte> text = stackalloc byte[96];
        secret.Span[..32].CopyTo(text);
        BinaryPrimitives.WriteUInt64BigEndian(text[32..], a);
        BinaryPrimitives.WriteUInt64BigEndian(text[40..], b);
        var length = System.Text.Encoding.ASCII.GetBytes(what, text[48..]);
        return Hash256.Of(text[..(48 + length)]).Prefix;
    }
}
