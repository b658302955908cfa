namespace WeightSwarm.Core.Planning;

/// <summary>
/// The order of candidates where some say in which autonomous system and country they are: each next one is, of those
/// that are left, the one that is least crowded, and of those the one with the smallest score. Whoever comes before
/// uses up a place, as it will once it has claimed. So the order of those behind stays what it is when the first act,
/// and where nobody is crowded it is the rendezvous order.
/// </summary>
/// <param name="crowds">With the copies and claims of the slice.</param>
/// <param name="candidates">Places in the node index, ascending.</param>
/// <param name="scores">The candidates' scores, parallel to them.</param>
/// <param name="eligible">Which of them count, parallel to them.</param>
/// <param name="self">This node's place in the node index; -1 for none.</param>
internal sealed class CrowdedOrder(Crowds crowds, int[] candidates, ulong[] scores, bool[] eligible, int self)
{
    private readonly ulong[] _keys = new ulong[scores.Length + 1];
    // Numbers of candidates by score; the one after the last candidate is this node.
    private readonly int[] _byScore = new int[scores.Length + 1];
    private readonly int[] _waiting = new int[scores.Length + 1];
    private readonly int[] _ahead = new int[scores.Length];

    /// <summary>Sorts the candidates, and this node among them; must come whenever scores have changed.</summary>
    public void Sort(ulong ownScore)
    {
        scores.CopyTo(_keys, 0);
        _keys[^1] = ownScore;
        for (var i = 0; i < _byScore.Length; i++) _byScore[i] = i;
        Array.Sort(_keys, _byScore);
        // The sort is not stable; between equal scores the node id decides.
        for (int start = 0, end; start < _keys.Length; start = end)
        {
            end = start + 1;
            while (end < _keys.Length && _keys[end] == _keys[start]) end++;
            if (end - start > 1) _byScore.AsSpan(start, end - start).Sort((a, b) => NodeOf(a).CompareTo(NodeOf(b)));
        }
    }

    /// <summary>The count with this node's rank, and with what moves it back.</summary>
    public TakerCount Stand(TakerCount count)
    {
        var waiting = Gather();
        int ahead = 0, lessCrowded = 0;
        var crowding = Crowding.None;
        while (!LetPass(crowding, ref waiting, ref ahead))
        {
            crowding++;
            lessCrowded = ahead;
        }
        for (var i = 0; i < ahead; i++) crowds.Remove(_ahead[i]);
        return count with { Rank = ahead, Share = crowds.Explain(self, crowding), Yields = lessCrowded > 0 };
    }

    private int NodeOf(int candidate) => candidate == candidates.Length ? self : candidates[candidate];

    /// <summary>All who could take the slice, this node among them, by score; how many.</summary>
    private int Gather()
    {
        var count = 0;
        foreach (var candidate in _byScore)
            if (candidate == candidates.Length) _waiting[count++] = self;
            else if (eligible[candidate]) _waiting[count++] = candidates[candidate];
        return count;
    }

    /// <summary>Those go ahead who are no more crowded than that; true once it is this node's turn.</summary>
    private bool LetPass(Crowding most, ref int waiting, ref int ahead)
    {
        var left = 0;
        for (var i = 0; i < waiting; i++)
        {
            var node = _waiting[i];
            if (crowds.Of(node) > most)
            {
                _waiting[left++] = node;
                continue;
            }
            if (node == self) return true;
            crowds.Add(node);
            _ahead[ahead++] = node;
        }
        waiting = left;
        return false;
    }
}
