using Grpc.Net.Client;

namespace WeightSwarm.IntegrationTests.Grpc;

/// <summary>One stock server, and a channel to it, for all tests of a class.</summary>
public sealed class StockServerFixture : IAsyncLifetime
{
    private StockServer? _server;
    private GrpcChannel? _channel;

    internal StockServer Server => _server ?? throw new InvalidOperationException("the server was not started");

    internal GrpcChannel Channel => _channel ?? throw new InvalidOperationException("the server was not started");

    public async Task InitializeAsync()
    {
        _server = await StockServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address);
    }

    public async Task DisposeAsync()
    {
        _channel?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }
}
