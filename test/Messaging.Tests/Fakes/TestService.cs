using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>One service in the test's own process, on a real SQLite file.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly IHost _host;

    private TestService(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IMessageStore Store => Get<IMessageStore>();

    public IDatabase Database => Get<IDatabase>();

    public MessagingHealth Health => Get<MessagingHealth>();

    public static async Task<TestService> StartAsync(
        string name, string file, ITransport transport, Action<MessagingBuilder> list,
        Action<IServiceCollection>? services = null, Dictionary<string, string?>? settings = null,
        Action<Checkpoint>? reached = null, Func<IMessageStore, IMessageStore>? decorate = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
            builder.Configuration, settings ?? []);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("TEST_LOG") is not null) builder.Logging.AddSimpleConsole();
        builder.Services.AddMessaging(name, messages =>
        {
            list(messages);
            messages.UseSqlite(options => options.File = file);
        });
        builder.Services.AddSingleton(transport);
        if (decorate is not null)
        {
            var store =
                builder.Services.Last(service => service.ServiceType == typeof(IMessageStore)).ImplementationType!;
            builder.Services.AddSingleton(provider =>
                decorate((IMessageStore)ActivatorUtilities.CreateInstance(provider, store)));
        }
        services?.Invoke(builder.Services);
        var host = builder.Build();
        host.Services.GetRequiredService<Checkpoints>().Reached = reached;
        await host.StartAsync();
        return new TestService(host);
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>One unit of work, committed.</summary>
    public async Task CommitAsync(Action<UnitOfWork> act)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        act(work);
        await work.CommitAsync(default);
    }

    public async Task<List<T>> QueryAsync<T>(string sql, Func<StoreReader, T> read) =>
        await Database.QueryAsync(sql, [], read, default);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
