using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Control;

/// <summary>The control socket in the state folder, mode 0660: the owner and the owner's group may ask.</summary>
public sealed class ControlServer(StateFolder state, ControlService service) : WebServer("control")
{
    private const UnixFileMode Mode0660 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <inheritdoc/>
    protected override void Listen(KestrelServerOptions kestrel)
    {
        state.RemoveStaleControlSocket();
        kestrel.ListenUnixSocket(state.ControlSocketPath, endpoint => endpoint.Protocols = HttpProtocols.Http2);
    }

    /// <inheritdoc/>
    protected override void Map(WebApplication app) => app.MapGrpcService(V1.Control.BindService(service));

    /// <inheritdoc/>
    protected override void Started() => File.SetUnixFileMode(state.ControlSocketPath, Mode0660);
}
