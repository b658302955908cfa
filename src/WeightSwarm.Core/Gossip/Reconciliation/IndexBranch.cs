namespace WeightSwarm.Core.Gossip.Reconciliation;

internal sealed class IndexBranch : IndexNode
{
    private const int Capacity = 32;
    private readonly IndexNode[] _children = new IndexNode[Capacity];

    /// <summary>From index 1 on: after everything in the child to the left, not after anything in the child.</summary>
    private readonly IndexItem[] _separators = new IndexItem[Capacity];
    private int _width;
    private long _count;
    private UInt128 _sum;

    private IndexBranch()
    {
    }

    public IndexBranch(IndexNode left, IndexNode right)
    {
        (_children[0], _children[1]) = (left, right);
        _separators[1] = right.First;
        _width = 2;
        Recount();
    }

    public override long Count => _count;

    public override UInt128 Sum => _sum;

    public override IndexItem First => _children[0].First;

    public override bool IsSparse => _width < Capacity / 4;

    /// <summary>The only child, when there is just one.</summary>
    public IndexNode? OnlyChild => _width == 1 ? _children[0] : null;

    public override IndexNode? Add(in IndexItem item, out bool added)
    {
        int at = ChildFor(item);
        IndexNode? parted = _children[at].Add(item, out added);
        if (added) (_count, _sum) = (_count + 1, _sum + Term(item));
        if (parted is null) return null;
        if (_width < Capacity)
        {
            Insert(at + 1, parted);
            return null;
        }
        IndexBranch right = PartInHalf();
        if (at < _width) Insert(at + 1, parted);
        else right.Insert(at + 1 - _width, parted);
        Recount();
        right.Recount();
        return right;
    }

    public override bool Remove(in IndexItem item)
    {
        int at = ChildFor(item);
        if (!_children[at].Remove(item)) return false;
        (_count, _sum) = (_count - 1, _sum - Term(item));
        if (_children[at].Count == 0) Drop(at);
        else if (_children[at].IsSparse) Merge(at);
        return true;
    }

    public override long Rank(in IndexItem key)
    {
        int at = ChildFor(key);
        long before = 0;
        for (int i = 0; i < at; i++) before += _children[i].Count;
        return before + _children[at].Rank(key);
    }

    public override IndexItem At(long rank)
    {
        int at = 0;
        while (rank >= _children[at].Count) rank -= _children[at++].Count;
        return _children[at].At(rank);
    }

    public override void Visit<TVisitor>(long from, long to, ref TVisitor visitor)
    {
        for (int i = 0; i < _width && to > 0; i++)
        {
            long count = _children[i].Count;
            if (from < count) _children[i].Visit(Math.Max(from, 0), Math.Min(to, count), ref visitor);
            from -= count;
            to -= count;
        }
    }

    public override UInt128 SumOf(long from, long to)
    {
        UInt128 sum = 0;
        for (int i = 0; i < _width && to > 0; i++)
        {
            long count = _children[i].Count;
            if (from <= 0 && to >= count) sum += _children[i].Sum;
            else if (from < count) sum += _children[i].SumOf(Math.Max(from, 0), Math.Min(to, count));
            from -= count;
            to -= count;
        }
        return sum;
    }

    public override bool TryTake(IndexNode right)
    {
        var other = (IndexBranch)right;
        if (_width + other._width > Capacity * 3 / 4) return false;
        other._separators[0] = other.First;
        Array.Copy(other._children, 0, _children, _width, other._width);
        Array.Copy(other._separators, 0, _separators, _width, other._width);
        _width += other._width;
        _count += other._count;
        _sum += other._sum;
        return true;
    }

    private int ChildFor(in IndexItem key)
    {
        int at = Array.BinarySearch(_separators, 1, _width - 1, key);
        return at < 0 ? ~at - 1 : at;
    }

    private void Insert(int at, IndexNode child)
    {
        Array.Copy(_children, at, _children, at + 1, _width - at);
        Array.Copy(_separators, at, _separators, at + 1, _width - at);
        _children[at] = child;
        _separators[at] = child.First;
        _width++;
    }

    private void Drop(int at)
    {
        _width--;
        Array.Copy(_children, at + 1, _children, at, _width - at);
        Array.Copy(_separators, at + 1, _separators, at, _width - at);
        _children[_width] = null!;
    }

    private void Merge(int at)
    {
        if (at + 1 < _width && _children[at].TryTake(_children[at + 1])) Drop(at + 1);
        else if (at > 0 && _children[at - 1].TryTake(_children[at])) Drop(at);
    }

    private IndexBranch PartInHalf()
    {
        const int half = Capacity / 2;
        var right = new IndexBranch { _width = Capacity - half };
        Array.Copy(_children, half, right._children, 0, right._width);
        Array.Copy(_separators, half, right._separators, 0, right._width);
        Array.Clear(_children, half, right._width);
        _width = half;
        return right;
    }

    private void Recount()
    {
        (_count, _sum) = (0, 0);
        for (int i = 0; i < _width; i++) (_count, _sum) = (_count + _children[i].Count, _sum + _children[i].Sum);
    }
}
