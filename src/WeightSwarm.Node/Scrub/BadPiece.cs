using System.Collections.Immutable;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>What is wrong with a piece.</summary>
public enum PieceFault
{
    /// <summary>Its bytes are there and are not those that were verified.</summary>
    Wrong,
    /// <summary>Nothing but zeros, where other bytes should be: a hole.</summary>
    Hole,
    /// <summary>Its file ends before it does.</summary>
    Cut,
    /// <summary>Its file is not there.</summary>
    Missing,
    /// <summary>Something else than a file has that name.</summary>
    NotAFile,
    /// <summary>The disk cannot read it (EIO, or a damaged file system).</summary>
    Unreadable,
    /// <summary>The system does not let this user read it.</summary>
    Refused,
}

/// <summary>A piece that is not what was verified.</summary>
/// <param name="Piece">Its number in the model.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="Path">Its file, relative to the model's folder.</param>
/// <param name="Detail">In words, with the whole path.</param>
public sealed record BadPiece(int Piece, PieceFault Fault, string Path, string Detail);

/// <summary>What reading a slice has shown.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Bad">Its bad pieces as far as it was read, in their order.</param>
/// <param name="IsWhole">All of it was read: every other piece is right.</param>
public sealed record SliceFinding(LocalModelKey Key, int Slice, ImmutableArray<BadPiece> Bad, bool IsWhole);
