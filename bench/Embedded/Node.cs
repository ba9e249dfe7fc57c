using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Embedded;

/// <summary>One process's use of the library, built as a service builds it.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Node(ServiceProvider services) => _services = services;

    public ITransport Transport => _services.GetRequiredService<ITransport>();

    public IMessageStore Store => _services.GetRequiredService<IMessageStore>();

    public static Node Create(string folder)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMessaging("bench", messages => messages
            .UseSqlite(options => options.File = Path.Combine(folder, "bench.db"))
            .UseEmbeddedTransport(options => options.File = Path.Combine(folder, "events.db")));
        return new Node(services.BuildServiceProvider());
    }

    public async Task<ITransport> StartAsync(params string[] streams)
    {
        await Transport.StartAsync(
            new Topology(
                [.. streams.Select(stream => new StreamDefinition(stream, 4, ["reader"]))],
                [.. streams.Select(stream => new Subscription(stream, 4, "reader"))]),
            CancellationToken.None);
        return Transport;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    public static Process Spawn(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tessera.Embedded.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
}
