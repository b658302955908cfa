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
internal sealed class CrowdedOrder(Crowds crowds, int[] candidates, ulong[] scores, bool[] eligible)
{
    private readonly ulong[] _keys = new ulong[scores.Length];
    private readonly int[] _byScore = new int[scores.Length];
    private readonly List<int> _ahead = [];
    private List<int> _waiting = [], _left = [];

    /// <summary>Sorts the candidates; must come whenever the scores have changed.</summary>
    public void Sort()
    {
        scores.CopyTo(_keys, 0);
        for (var i = 0; i < _byScore.Length; i++) _byScore[i] = i;
        Array.Sort(_keys, _byScore);
        // The sort is not stable; candidates come ordered by node id, which decides between equal scores.
        for (int start = 0, end; start < _keys.Length; start = end)
        {
            end = start + 1;
            while (end < _keys.Length && _keys[end] == _keys[start]) end++;
            if (end - start > 1) Array.Sort(_byScore, start, end - start);
        }
    }

    /// <summary>The count with this node's rank, and with what moves it back.</summary>
    /// <param name="ownScore">Its score.</param>
    /// <param name="self">Its place in the node index; -1 for none.</param>
    /// <param name="count">The count without them.</param>
    public TakerCount Stand(ulong ownScore, int self, TakerCount count)
    {
        Queue(ownScore, self);
        var crowding = Crowding.None;
        var lessCrowded = 0;
        while (!LetPass(crowding, self))
        {
            crowding++;
            lessCrowded = _ahead.Count;
        }
        foreach (var node in _ahead) crowds.Remove(node);
        return count with
        {
            Rank = _ahead.Count,
            Share = crowds.Explain(self, crowding),
            Yields = lessCrowded > 0,
        };
    }

    /// <summary>All who could take the slice, this node among them, by score.</summary>
    private void Queue(ulong ownScore, int self)
    {
        _ahead.Clear();
        _waiting.Clear();
        var isIn = false;
        foreach (var i in _byScore)
        {
            if (!eligible[i]) continue;
            if (!isIn && (ownScore, self).CompareTo((scores[i], candidates[i])) < 0)
            {
                isIn = true;
                _waiting.Add(self);
            }
            _waiting.Add(candidates[i]);
        }
        if (!isIn) _waiting.Add(self);
    }

    /// <summary>Those go ahead who are no more crowded than that; true once it is this node's turn.</summary>
    private bool LetPass(Crowding most, int self)
    {
        _left.Clear();
        foreach (var node in _waiting)
        {
            if (crowds.Of(node) > most)
            {
                _left.Add(node);
                continue;
            }
            if (node == self) return true;
            crowds.Add(node);
            _ahead.Add(node);
        }
        (_waiting, _left) = (_left, _waiting);
        return false;
    }
}
