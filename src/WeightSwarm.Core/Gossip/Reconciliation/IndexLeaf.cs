namespace WeightSwarm.Core.Gossip.Reconciliation;

internal sealed class IndexLeaf : IndexNode
{
    private const int Capacity = 64;
    private readonly IndexItem[] _items = new IndexItem[Capacity];
    private int _count;

    private UInt128 _sum;

    public override long Count => _count;

    public override UInt128 Sum => _sum;

    public override IndexItem First => _items[0];

    public override bool IsSparse => _count < Capacity / 4;

    public override IndexNode? Add(in IndexItem item, out bool added)
    {
        int at = Array.BinarySearch(_items, 0, _count, item);
        added = at < 0;
        if (!added) return null;
        if (_count < Capacity)
        {
            Insert(~at, item);
            return null;
        }
        var right = new IndexLeaf { _count = Capacity / 2 };
        Array.Copy(_items, Capacity / 2, right._items, 0, Capacity / 2);
        _count = Capacity / 2;
        right._sum = right.SumOf(0, right._count);
        _sum -= right._sum;
        if (~at <= _count) Insert(~at, item);
        else right.Insert(~at - _count, item);
        return right;
    }

    public override bool Remove(in IndexItem item)
    {
        int at = Array.BinarySearch(_items, 0, _count, item);
        if (at < 0) return false;
        _sum -= Term(_items[at]);
        _count--;
        Array.Copy(_items, at + 1, _items, at, _count - at);
        return true;
    }

    public override long Rank(in IndexItem key)
    {
        int at = Array.BinarySearch(_items, 0, _count, key);
        return at < 0 ? ~at : at;
    }

    public override IndexItem At(long rank) => _items[rank];

    public override void Visit<TVisitor>(long from, long to, ref TVisitor visitor) =>
        visitor.Visit(_items.AsSpan((int)from, (int)(to - from)));

    public override UInt128 SumOf(long from, long to)
    {
        UInt128 sum = 0;
        for (long at = from; at < to; at++) sum += Term(_items[at]);
        return sum;
    }

    public override bool TryTake(IndexNode right)
    {
        var other = (IndexLeaf)right;
        if (_count + other._count > Capacity * 3 / 4) return false;
        Array.Copy(other._items, 0, _items, _count, other._count);
        _count += other._count;
        _sum += other._sum;
        return true;
    }

    private void Insert(int at, in IndexItem item)
    {
        Array.Copy(_items, at, _items, at + 1, _count - at);
        _items[at] = item;
        _sum += Term(item);
        _count++;
    }
}
