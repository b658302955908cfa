using System.Globalization;

namespace WeightSwarm.Core.Planning;

/// <summary>Where a candidate would be one copy too many; the order is the preference.</summary>
internal enum Crowding : byte
{
    /// <summary>Nowhere, or it does not say where it is.</summary>
    None,
    /// <summary>In its country.</summary>
    Country,
    /// <summary>In its autonomous system.</summary>
    System,
    /// <summary>In both.</summary>
    Both,
}

/// <summary>A place that has its share of a slice's copies, or will have when those in turn before act.</summary>
/// <param name="Where">"AS3320", or "DE".</param>
/// <param name="Kind">"AS", or "country".</param>
/// <param name="Copies">Counted copies and claims in it.</param>
/// <param name="Most">Its share.</param>
/// <param name="Target">Of so many wanted copies.</param>
internal sealed record PlaceShare(string Where, string Kind, int Copies, int Most, int Target)
{
    /// <summary>"AS3320 has or fetches 3 of 3 copies that one AS may have of 5".</summary>
    public string Words() => $"{Where} has or fetches {Copies} of {Most} copies that one {Kind} may have of {Target}"
        + (Copies < Most ? ", and others in it come first" : "");
}

/// <summary>
/// How many copies of one slice lie in each autonomous system and country. One network or one law can take many copies
/// at once, so of N wanted copies an autonomous system should have at most ceil(N/2), and a country at most ceil(2N/3)
/// (gossip-planner section 3.2).
/// <para>
/// The reference puts these caps inside the count: a copy above them counts for nothing. Here they only order the
/// candidates. A count feeds needs and releases; there, a cap that nobody can meet would make copies without end, or
/// keep owners from having their space back, and nodes that have heard different things would undo each other's work.
/// In an order a cap relaxes itself: when only crowded candidates are left, they take the slice, those that are crowded
/// in their country alone before those in a crowded autonomous system, which is the cap that holds longer.
/// </para>
/// <para>
/// Both are the owner's own word, and that is enough. Who says nothing is never crowded, so a lie gives a node no place
/// that silence would not give it. Liars who hold, claim or stand before others in a foreign autonomous system use up
/// its share, so that its own nodes come later for that slice; they still come, and a place in a public order can be
/// had by other means too (<see cref="Rendezvous"/>). What counts as a copy does not depend on it.
/// </para>
/// </summary>
internal sealed class Crowds
{
    private const int Untold = -1;

    private readonly int[] _systems, _countries;
    private readonly List<string> _names = [];
    private readonly int[] _copies, _marks;
    private int _mark, _target, _mostInSystem, _mostInCountry;

    private Crowds(NodeView[] nodes)
    {
        var numbers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        _systems = [.. nodes.Select(n => Number(n.Asn == 0 ? "" : NameOf(n.Asn), numbers))];
        _countries = [.. nodes.Select(n => Number(n.Country, numbers))];
        _copies = new int[_names.Count];
        _marks = new int[_names.Count];
    }

    /// <summary>Null when nobody says where it is: then there is nothing to order by.</summary>
    public static Crowds? Of(NodeView[] nodes) =>
        Array.Exists(nodes, n => n.Asn > 0 || n.Country.Length > 0) ? new Crowds(nodes) : null;

    /// <summary>"AS3320".</summary>
    public static string NameOf(uint asn) => string.Create(CultureInfo.InvariantCulture, $"AS{asn}");

    /// <summary>Copies that one autonomous system may have of so many.</summary>
    public static int MostInSystem(int target) => (target + 1) / 2;

    /// <summary>Copies that one country may have of so many.</summary>
    public static int MostInCountry(int target) => ((2 * target) + 2) / 3;

    /// <summary>Forgets the slice before, and turns to one of which so many copies are wanted.</summary>
    public void Turn(int target)
    {
        _mark++;
        (_target, _mostInSystem, _mostInCountry) = (target, MostInSystem(target), MostInCountry(target));
    }

    /// <summary>Counts a copy or a claim of a node.</summary>
    public void Add(int node) => Change(node, 1);

    /// <summary>Takes back what was counted for a node.</summary>
    public void Remove(int node) => Change(node, -1);

    /// <summary>Where one more copy on the node would be too many; -1 stands for a node without a record.</summary>
    public Crowding Of(int node)
    {
        if (node < 0) return Crowding.None;
        var country = CopiesIn(_countries[node]) >= _mostInCountry;
        var system = CopiesIn(_systems[node]) >= _mostInSystem;
        return system ? country ? Crowding.Both : Crowding.System : country ? Crowding.Country : Crowding.None;
    }

    /// <summary>The place in which a node is crowded, as it stands now; null where it is not.</summary>
    public PlaceShare? Explain(int node, Crowding crowding) => crowding switch
    {
        Crowding.None => null,
        Crowding.Country => new PlaceShare(
            _names[_countries[node]], "country", CopiesIn(_countries[node]), _mostInCountry, _target),
        _ => new PlaceShare(
            _names[_systems[node]], "AS", CopiesIn(_systems[node]), _mostInSystem, _target),
    };

    private int CopiesIn(int place) => place != Untold && _marks[place] == _mark ? _copies[place] : 0;

    private void Change(int node, int by)
    {
        ChangeIn(_systems[node], by);
        ChangeIn(_countries[node], by);
    }

    private void ChangeIn(int place, int by)
    {
        if (place == Untold) return;
        _copies[place] = CopiesIn(place) + by;
        _marks[place] = _mark;
    }

    private int Number(string name, SortedDictionary<string, int> numbers)
    {
        if (name.Length == 0) return Untold;
        if (numbers.TryGetValue(name, out var number)) return number;
        numbers.Add(name, number = _names.Count);
        _names.Add(name);
        return number;
    }
}
