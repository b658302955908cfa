using System.Net;
using Microsoft.Data.Sqlite;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Store;

/// <summary>How values lie in columns.</summary>
internal static class Columns
{
    internal static byte[] Bytes(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    internal static Hash256 Hash(this SqliteDataReader row, int column) => new(row.Bytes(column));

    internal static NodeId Node(this SqliteDataReader row, int column) => new(row.Hash(column));

    internal static ulong Unsigned(this SqliteDataReader row, int column) => unchecked((ulong)row.GetInt64(column));

    internal static IPEndPoint EndPoint(this SqliteDataReader row, int column) =>
        IPEndPoint.Parse(row.GetString(column));

    internal static Guid Id(this SqliteDataReader row, int column) => new(row.Bytes(column), bigEndian: true);

    internal static long Signed(ulong value) => unchecked((long)value);

    internal static byte[] Of(Guid id) => id.ToByteArray(bigEndian: true);
}
