using StackExchange.Redis;

namespace Tessera.Messaging.Redis.Tests;

/// <summary>A bare client beside the transport: an operator's hand, or another language's service.</summary>
internal sealed class NativeClient(ConnectionMultiplexer connection) : IAsyncDisposable
{
    public IDatabase Database { get; } = connection.GetDatabase();

    public static async Task<NativeClient> OpenAsync(string address) =>
        new(await ConnectionMultiplexer.ConnectAsync(address + ",allowAdmin=true"));

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
