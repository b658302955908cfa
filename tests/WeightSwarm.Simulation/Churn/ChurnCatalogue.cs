using System.Buffers.Binary;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>The models of a run, and what the order of takers needs of each slice.</summary>
internal sealed class ChurnCatalogue
{
    public static Hash256 Salt { get; } = Hash256.Of("weightswarm epoch 0"u8);

    private readonly ulong[] _digests;
    private readonly SortedDictionary<Hash256, int> _numbers = [];

    public ChurnCatalogue(ChurnSetting setting)
    {
        SlicesPerModel = setting.SlicesPerModel;
        var models = (setting.Slices + SlicesPerModel - 1) / SlicesPerModel;
        Entries = [.. Enumerable.Range(0, models).Select(m => Model(m, SlicesPerModel))];
        for (var model = 0; model < models; model++) _numbers[Entries[model].ModelId] = model;
        _digests = [.. Enumerable.Range(0, setting.Slices).Select(s =>
            Rendezvous.OrderDigest(Salt, Rendezvous.GroupKey(EntryOf(s), s % SlicesPerModel)))];
    }

    public int SlicesPerModel { get; }
    public Entry[] Entries { get; }

    public Entry EntryOf(int slice) => Entries[slice / SlicesPerModel];

    public int NumberOf(Hash256 model) => _numbers[model];

    public ulong OrderDigest(int slice) => _digests[slice];

    private static Entry Model(int number, int slices)
    {
        var name = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(name, number);
        return new Entry
        {
            ModelId = Hash256.Of(name),
            Model = $"org/model-{number}",
            Revision = "main",
            InfoHashV1 = [],
            ManifestHash = default,
            MetainfoHash = default,
            MetainfoBytes = 1,
            PieceLength = 1 << 20,
            Pieces = slices << 10,
            PiecesPerSlice = 1 << 10,
            Bytes = slices * ChurnSetting.SliceBytes,
            Files = 1,
            Licence = "MIT",
            SliceLeaves = [.. Enumerable.Repeat(1 << 16, slices)],
        };
    }
}

/// <summary>
/// The copies that a run begins with: placed one layer after the other by the order of takers among those who are on at
/// some moment of the first day, as a catalogue that grew is.
/// </summary>
internal static class ChurnPlacement
{
    public static void Fill(ChurnWorld world)
    {
        var first = new FrontOfOrder(world.Setting.Policy.Copies);
        for (var slice = 0; slice < world.Slices.Length; slice++)
        {
            var digest = world.Catalogue.OrderDigest(slice);
            // The slices of a group are placed in one moment, while the same nodes are on.
            var moment = new SplitMix64(digest);
            first.Clear();
            foreach (var node in world.Nodes)
                if (moment.Below(100) < (node.Habit.IsAlwaysOn ? 98 : 48) && node.FreeBytes >= ChurnSetting.SliceBytes)
                    first.Add(Rendezvous.Score(digest, node.Digest, Rendezvous.Weight(node.ShownBytes)), node.Number);
            foreach (var number in first.Nodes)
            {
                world.Nodes[number].FreeBytes -= ChurnSetting.SliceBytes;
                world.AddCopy(world.Nodes[number], slice);
            }
        }
    }
}

/// <summary>The candidates with the smallest scores, in order.</summary>
internal sealed class FrontOfOrder(int length)
{
    private readonly ulong[] _scores = new ulong[length];
    private readonly int[] _nodes = new int[length];
    private int _count;

    public ReadOnlySpan<int> Nodes => _nodes.AsSpan(0, _count);

    public void Clear() => _count = 0;

    public void Add(ulong score, int node)
    {
        if (_count == length && score >= _scores[^1]) return;
        var at = Math.Min(_count, length - 1);
        for (; at > 0 && _scores[at - 1] > score; at--)
            (_scores[at], _nodes[at]) = (_scores[at - 1], _nodes[at - 1]);
        (_scores[at], _nodes[at]) = (score, node);
        _count = Math.Min(_count + 1, length);
    }
}
