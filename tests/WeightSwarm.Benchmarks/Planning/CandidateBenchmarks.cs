using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Benchmarks;

/// <summary>
/// What one candidate of one slice costs, beside what one would write first. Goal (gossip-planner section 9): at most
/// 40 ns.
/// </summary>
[Config(typeof(ShortInProcess))]
public class CandidateBenchmarks
{
    private const int Candidates = 10_000;
    private const ulong Group = 0x1234_5678_9ABC_DEF0;
    private readonly ulong[] _digests = new ulong[Candidates], _weights = new ulong[Candidates];
    private readonly ulong[] _scores = new ulong[Candidates];
    private readonly int[] _places = new int[Candidates];
    private readonly bool[] _eligible = new bool[Candidates];
    private readonly byte[][] _ids = new byte[Candidates][];

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Candidates; i++)
        {
            var id = PlannerBenchmarks.Id(i);
            (_digests[i], _places[i], _eligible[i]) = (Rendezvous.NodeDigest(id), i, true);
            _weights[i] = Rendezvous.Weight((long)(i + 1) << 30);
            _ids[i] = id.Hash.ToArray();
        }
    }

    /// <summary>The daemon's own: integers all the way, so that every machine agrees on the last bit.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Candidates)]
    public ulong Score()
    {
        var least = ulong.MaxValue;
        for (var i = 0; i < _digests.Length; i++)
            least = Math.Min(least, Rendezvous.Score(Group, _digests[i], _weights[i]));
        return least;
    }

    /// <summary>And this node's place among them.</summary>
    [Benchmark(OperationsPerInvoke = Candidates)]
    public int ScoreAndRank()
    {
        for (var i = 0; i < _digests.Length; i++) _scores[i] = Rendezvous.Score(Group, _digests[i], _weights[i]);
        return Rendezvous.RankOf(_scores[77], 77, _scores, _places, _eligible);
    }

    /// <summary>The library's logarithm: the last bit may differ between machines.</summary>
    [Benchmark(OperationsPerInvoke = Candidates)]
    public double ScoreInFloatingPoint()
    {
        var least = double.MaxValue;
        for (var i = 0; i < _digests.Length; i++)
        {
            var uniform = (Rendezvous.Draw(Group, _digests[i]) + 1.0) / 18446744073709551616.0;
            least = Math.Min(least, -Math.Log2(uniform) / _weights[i]);
        }
        return least;
    }

    /// <summary>A cryptographic hash of the names for every candidate.</summary>
    [Benchmark(OperationsPerInvoke = Candidates)]
    public double ScoreBySha256()
    {
        Span<byte> names = stackalloc byte[40], hash = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(names, Group);
        var least = double.MaxValue;
        for (var i = 0; i < _ids.Length; i++)
        {
            _ids[i].CopyTo(names[8..]);
            SHA256.HashData(names, hash);
            var uniform = (BinaryPrimitives.ReadUInt64BigEndian(hash) + 1.0) / 18446744073709551616.0;
            least = Math.Min(least, -Math.Log2(uniform) / _weights[i]);
        }
        return least;
    }
}
