namespace WeightSwarm.Torrent.Interop;

/// <summary>Refuses to work with a native library of another version than these declarations.</summary>
internal static class NativeLibraryCheck
{
    public static void Run()
    {
        int found;
        try
        {
            found = NativeMethods.ws_abi_version();
        }
        catch (DllNotFoundException error)
        {
            throw new TorrentEngineException(
                "libweightswarm_torrent.so or the libtorrent-rasterbar 2.0 that it needs does not load. "
                + "On Debian: apt-get install libtorrent-rasterbar2.0", error);
        }
        if (found != NativeMethods.AbiVersion)
            throw new TorrentEngineException(
                $"libweightswarm_torrent.so has ABI version {found}; this program needs {NativeMethods.AbiVersion}. "
                + "Install both from the same release.");
    }
}
