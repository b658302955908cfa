using System.Collections.Concurrent;
using System.Threading.Channels;
using WeightSwarm.Torrent.Interop;

namespace WeightSwarm.Torrent.Engine;

/// <summary>The one thread that reads libtorrent's alerts and turns them into events and replies.</summary>
internal sealed class AlertReader
{
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int InputOutput = 5; // EIO
    private const int Unclean = 117; // EUCLEAN

    private readonly NativeSession _session;
    private readonly ConcurrentDictionary<ulong, EngineTorrent> _torrents;
    private readonly SessionReplies _replies;
    private readonly Channel<TorrentEvent> _events;
    private readonly Thread _thread;
    private volatile bool _stopping;

    public AlertReader(
        NativeSession session, ConcurrentDictionary<ulong, EngineTorrent> torrents, SessionReplies replies,
        Channel<TorrentEvent> events)
    {
        _session = session;
        _torrents = torrents;
        _replies = replies;
        _events = events;
        _thread = new Thread(Run) { IsBackground = true, Name = "torrent alerts" };
    }

    public void Start() => _thread.Start();

    public void Stop()
    {
        _stopping = true;
        _session.Wake();
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
                if (_session.WaitForAlerts())
                    foreach (ref readonly var alert in _session.PopAlerts())
                        Handle(in alert);
            _events.Writer.TryComplete();
        }
        catch (Exception error)
        {
            // Whoever reads events must learn that there will be no more.
            var fatal = new TorrentEngineException(
                "The torrent engine's alert reader failed; restart the daemon.", error);
            _events.Writer.TryComplete(fatal);
            _replies.Fail(fatal);
            foreach (var torrent in _torrents.Values)
                torrent.Fail(fatal);
        }
    }

    private void Handle(in NativeAlert alert)
    {
        if (alert.Type == NativeAlertType.Dropped)
            CatchUp();
        else if (_torrents.TryGetValue(alert.Tag, out var torrent))
            HandleTorrent(torrent, in alert);
        else
            _replies.Handle(in alert);
    }

    private void HandleTorrent(EngineTorrent torrent, in NativeAlert alert)
    {
        switch (alert.Type)
        {
            case NativeAlertType.PieceVerified:
                if (torrent.Announce((int)alert.A))
                    Publish(torrent, new PieceVerified(torrent.Key, (int)alert.A));
                break;
            case NativeAlertType.PieceFailed:
                Publish(torrent, new PieceFailed(torrent.Key, (int)alert.A));
                break;
            case NativeAlertType.Checked:
                EndCheck(torrent);
                break;
            case NativeAlertType.Finished:
                torrent.Flushes.Expect();
                if (torrent.Finish())
                    Publish(torrent, new TorrentFinished(torrent.Key));
                break;
            case NativeAlertType.Removed:
                _torrents.TryRemove(torrent.Tag, out _);
                torrent.Removed.TrySetResult();
                break;
            case NativeAlertType.FileError or NativeAlertType.TorrentError:
                ReportError(torrent, in alert);
                break;
            default:
                HandleReply(torrent, in alert);
                break;
        }
    }

    private void HandleReply(EngineTorrent torrent, in NativeAlert alert)
    {
        switch (alert.Type)
        {
            case NativeAlertType.Paused:
                torrent.Flushes.Expect();
                break;
            case NativeAlertType.Flushed:
                if (torrent.Flushes.Report())
                    IfStillThere(() => _session.Flush(torrent.Tag), torrent);
                break;
            case NativeAlertType.ResumeData:
                torrent.ResumeData.Reply(alert.Data.Bytes.ToArray());
                break;
            case NativeAlertType.ResumeDataFailed:
                torrent.ResumeData.Refuse(new TorrentEngineException(
                    $"Torrent {torrent.Key} cannot give resume data: {alert.Message.Text}"));
                break;
        }
    }

    private void EndCheck(EngineTorrent torrent)
    {
        IfStillThere(() =>
        {
            var (pieces, finished) = torrent.EndCheck(_session.Have(torrent.Tag, torrent.Pieces));
            foreach (var piece in pieces)
                Publish(torrent, new PieceVerified(torrent.Key, piece));
            Publish(torrent, new TorrentChecked(torrent.Key));
            if (finished)
                Publish(torrent, new TorrentFinished(torrent.Key));
        }, torrent);
    }

    // libtorrent reports one cause twice: as an error of a file, then of the torrent.
    private void ReportError(EngineTorrent torrent, in NativeAlert alert)
    {
        var file = alert.Text.Text;
        IfStillThere(() => StopIfItGoesOn(torrent), torrent);
        var message = alert.Message.Text;
        if (!torrent.Stop(file.Length == 0 ? message : $"{file}: {message}"))
            return;
        // The code is the system's where A is 1.
        var code = alert.A == 1 ? alert.Code : 0;
        Publish(torrent, new TorrentFileError(torrent.Key, file, message, code is NoSpace or QuotaExceeded)
        {
            IsDiskError = code is InputOutput or Unclean,
        });
    }

    // libtorrent stops requesting when a write fails, but goes on serving when a read fails.
    private void StopIfItGoesOn(EngineTorrent torrent)
    {
        if (!_session.Status(torrent.Tag).IsStopped(torrent.ReadOnly))
            _session.Stop(torrent.Tag);
    }

    private void CatchUp()
    {
        foreach (var torrent in _torrents.Values)
            IfStillThere(() =>
            {
                foreach (var piece in torrent.CatchUp(_session.Have(torrent.Tag, torrent.Pieces)))
                    Publish(torrent, new PieceVerified(torrent.Key, piece));
            }, torrent);
    }

    // Another thread may remove the torrent between an alert and the call that it leads to.
    private static void IfStillThere(Action call, EngineTorrent torrent)
    {
        try
        {
            call();
        }
        catch (TorrentEngineException) when (torrent.Leaving)
        {
        }
    }

    private void Publish(EngineTorrent torrent, TorrentEvent what) =>
        _events.Writer.TryWrite(what with { Addition = torrent.Addition });
}
