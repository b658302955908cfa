using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace WeightSwarm.Torrent.Interop;

/// <summary>Calls on one torrent, named by its tag.</summary>
internal sealed unsafe partial class NativeSession
{
    public void Add(ulong tag, TorrentSpec spec, ReadOnlySpan<byte> have)
    {
        var folderBytes = Encoding.UTF8.GetBytes(spec.SaveFolder);
        fixed (byte* metainfo = spec.Metainfo.Span)
        fixed (byte* resume = spec.ResumeData.Span)
        fixed (byte* priorities = spec.PiecePriorities.Span)
        fixed (byte* pieces = have)
        fixed (byte* folder = folderBytes)
        {
            NativeError error;
            var add = new NativeAdd
            {
                Tag = tag,
                Metainfo = new NativeSpan(metainfo, spec.Metainfo.Length),
                SaveFolder = new NativeSpan(folder, folderBytes.Length),
                ResumeData = new NativeSpan(resume, spec.ResumeData.Length),
                Priorities = new NativeSpan(priorities, spec.PiecePriorities.Length),
                Have = new NativeSpan(pieces, have.Length),
                Flags = spec.ReadOnly ? NativeAdd.ReadOnly : 0,
            };
            Check(NativeMethods.ws_torrent_add(_handle, &add, &error), &error, $"add a torrent in {spec.SaveFolder}");
        }
    }

    public void Remove(ulong tag)
    {
        NativeError error;
        Check(NativeMethods.ws_torrent_remove(_handle, tag, &error), &error, "remove a torrent");
    }

    public NativeStatus Status(ulong tag)
    {
        NativeError error;
        NativeStatus status;
        Check(NativeMethods.ws_torrent_status(_handle, tag, &status, &error), &error, "read a torrent's status");
        return status;
    }

    public bool[] Have(ulong tag, int pieces)
    {
        var bytes = new byte[pieces];
        fixed (byte* room = bytes)
        {
            NativeError error;
            Check(NativeMethods.ws_torrent_have(_handle, tag, room, pieces, &error), &error, "read a torrent's pieces");
        }
        return Array.ConvertAll(bytes, static piece => piece != 0);
    }

    public void SetPriorities(ulong tag, ReadOnlySpan<byte> priorities)
    {
        fixed (byte* bytes = priorities)
        {
            NativeError error;
            var result = NativeMethods.ws_torrent_set_priorities(
                _handle, tag, new NativeSpan(bytes, priorities.Length), &error);
            Check(result, &error, "set piece priorities");
        }
    }

    public byte[] Priorities(ulong tag, int pieces)
    {
        var priorities = new byte[pieces];
        fixed (byte* room = priorities)
        {
            NativeError error;
            var result = NativeMethods.ws_torrent_priorities(_handle, tag, room, pieces, &error);
            Check(result, &error, "read piece priorities");
        }
        return priorities;
    }

    public void SetDeadline(ulong tag, int piece, int milliseconds)
    {
        NativeError error;
        var result = NativeMethods.ws_torrent_deadline(_handle, tag, piece, milliseconds, &error);
        Check(result, &error, $"set the deadline of piece {piece}");
    }

    public void Connect(ulong tag, IPEndPoint peer)
    {
        NativeError error;
        var endpoint = NativeEndpoint.From(peer);
        Check(NativeMethods.ws_torrent_connect(_handle, tag, &endpoint, &error), &error, $"connect to {peer}");
    }

    public NativePeer[] Peers(ulong tag)
    {
        NativeError error;
        NativeBuffer peers;
        Check(NativeMethods.ws_torrent_peers(_handle, tag, &peers, &error), &error, "list a torrent's peers");
        return MemoryMarshal.Cast<byte, NativePeer>(Take(&peers)).ToArray();
    }

    public void SetLimits(ulong tag, int upload, int download)
    {
        NativeError error;
        var result = NativeMethods.ws_torrent_limits(_handle, tag, upload, download, &error);
        Check(result, &error, "limit a torrent");
    }

    public void AddWebSeed(ulong tag, string url)
    {
        var bytes = Encoding.UTF8.GetBytes(url);
        fixed (byte* text = bytes)
        {
            NativeError error;
            var result = NativeMethods.ws_torrent_add_web_seed(
                _handle, tag, new NativeSpan(text, bytes.Length), &error);
            Check(result, &error, $"add the web seed {url}");
        }
    }

    public void RemoveWebSeed(ulong tag, string url)
    {
        var bytes = Encoding.UTF8.GetBytes(url);
        fixed (byte* text = bytes)
        {
            NativeError error;
            var result = NativeMethods.ws_torrent_remove_web_seed(
                _handle, tag, new NativeSpan(text, bytes.Length), &error);
            Check(result, &error, $"remove the web seed {url}");
        }
    }

    public void Stop(ulong tag)
    {
        NativeError error;
        Check(NativeMethods.ws_torrent_stop(_handle, tag, &error), &error, "stop a torrent");
    }

    public void Recheck(ulong tag, bool readOnly)
    {
        NativeError error;
        var result = NativeMethods.ws_torrent_recheck(_handle, tag, readOnly ? 1 : 0, &error);
        Check(result, &error, "check a torrent again");
    }

    public void Flush(ulong tag)
    {
        NativeError error;
        Check(NativeMethods.ws_torrent_flush(_handle, tag, &error), &error, "flush a torrent");
    }

    public void SaveResumeData(ulong tag)
    {
        NativeError error;
        Check(NativeMethods.ws_torrent_save_resume_data(_handle, tag, &error), &error, "save resume data");
    }
}
