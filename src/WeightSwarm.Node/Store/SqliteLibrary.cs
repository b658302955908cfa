using System.Runtime.InteropServices;
using SQLitePCL;

namespace WeightSwarm.Node.Store;

/// <summary>Binds the SQLite provider to the system's libsqlite3, which the distribution patches.</summary>
internal static class SqliteLibrary
{
    private const string SystemName = "libsqlite3.so.0";

    private static readonly Lazy<bool> Bound = new(Bind);

    /// <summary>Idempotent; must run before the first connection.</summary>
    /// <exception cref="StoreException">The library is not installed.</exception>
    internal static void Use() => _ = Bound.Value;

    private static bool Bind()
    {
        if (!NativeLibrary.TryLoad(SystemName, out var library))
            throw new StoreException($"{SystemName} is not installed: install the package libsqlite3-0");
        NativeLibrary.SetDllImportResolver(
            typeof(SQLite3Provider_e_sqlite3).Assembly,
            (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    }
}
