using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;

namespace Tessera.Testing.Services;

/// <summary>A service's rules and store on a real database (<see cref="TestDatabase"/>),
/// without a host, a broker or a running clock: a test makes each
/// step itself, and leaves out the steps that a dead process would not make.</summary>
public sealed class ServiceInMemory : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly ServiceProvider _services;

    private ServiceInMemory(
        string name, TemporaryFolder folder, string? postgres, Action<MessagingBuilder> messages,
        Action<IServiceCollection, TemporaryFolder> configure, (string Key, string Value)[] settings)
    {
        _folder = folder;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value)).Build());
        services.AddSingleton<TimeProvider>(Clock);
        services.AddMessaging(name, builder =>
        {
            messages(builder);
            if (postgres is null) builder.UseSqlite(sqlite => sqlite.File = folder.File(name + ".db"));
            else builder.UsePostgres(options => (options.ConnectionString, options.PlanByIndex) = (postgres, true));
        });
        configure(services, _folder);
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <param name="service">Holds the <c>Schema/*.sql</c>.</param>
    public static Task<ServiceInMemory> StartAsync(
        string name, Assembly service, Action<MessagingBuilder> messages,
        Action<IServiceCollection, TemporaryFolder> configure, params (string Key, string Value)[] settings) =>
        StartAsync(TestDatabase.IsPostgres, name, service, messages, configure, settings);

    /// <param name="onPostgres">For what only PostgreSQL can show: its locks, its plans. Whatever the other tests run
    /// on.</param>
    public static async Task<ServiceInMemory> StartAsync(
        bool onPostgres, string name, Assembly service, Action<MessagingBuilder> messages,
        Action<IServiceCollection, TemporaryFolder> configure, params (string Key, string Value)[] settings)
    {
        var folder = new TemporaryFolder(name);
        var postgres = onPostgres ? await TestDatabase.ProvisionAsync(name, folder.Path) : null;
        var started = new ServiceInMemory(name, folder, postgres, messages, configure, settings);
        await started.Get<IMessageStore>().PrepareAsync(default);
        var otherEngine = onPostgres ? ".sqlite.sql" : ".postgres.sql";
        foreach (var script in service.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!script.EndsWith(".sql", StringComparison.Ordinal)
                || script.EndsWith(otherEngine, StringComparison.Ordinal)) continue;
            using var text = new StreamReader(service.GetManifestResourceStream(script)!);
            await started.ExecuteAsync(await text.ReadToEndAsync());
        }
        return started;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Handles the events as one batch: what the handler reads ahead, then each in turn,
    /// then the commit.</summary>
    public Task HandleAsync<THandler, TEvent>(params TEvent[] messages)
        where THandler : IHandle<TEvent>
        where TEvent : class =>
        InScopeAsync(async (scope, work) =>
        {
            var handler = scope.GetRequiredService<THandler>();
            if (handler is IPrefetch<TEvent> ahead) await ahead.PrefetchAsync(messages, default);
            foreach (var message in messages)
                await handler.HandleAsync(message, new MessageContext(work, null!, 1), default);
        });

    /// <summary>One transaction, committed when <paramref name="act"/> returns.</summary>
    public async Task InScopeAsync(Func<IServiceProvider, UnitOfWork, Task> act)
    {
        await using var scope = _services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        await act(scope.ServiceProvider, work);
        await work.CommitAsync(default);
    }

    /// <summary>A scope without a transaction, for what begins its own.</summary>
    public async Task<T> InRequestAsync<T>(Func<IServiceProvider, Task<T>> act)
    {
        await using var scope = _services.CreateAsyncScope();
        return await act(scope.ServiceProvider);
    }

    /// <summary>What was published with the key, in order: the events' types.</summary>
    public async Task<string[]> PublishedAsync(object key) =>
        [.. (await OutboxAsync()).Where(row => row.Event.Key == key.ToString()).Select(row => row.Event.Type)];

    /// <summary>All events of the type that were published, in order.</summary>
    public async Task<TEvent[]> PublishedAsync<TEvent>() =>
    [
        .. (await OutboxAsync()).Where(row => row.Event.Type == MessageRegistry.TypeNameOf(typeof(TEvent)))
            .Select(row => JsonSerializer.Deserialize<TEvent>(row.Event.Data.Span, JsonSerializerOptions.Web)!),
    ];

    /// <summary>The waiting timers of the key, by type, with the time until each is due.</summary>
    public async Task<(string Type, TimeSpan Due)[]> TimersAsync(object key)
    {
        // Rolled back: taking is only a look here.
        await using var session = await Get<IMessageStore>().BeginAsync(default);
        var timers = await session.TakeTimersAsync(Clock.GetUtcNow().AddDays(365), 1_000, default);
        return [.. timers.Where(timer => timer.Key == key.ToString())
            .Select(timer => (timer.Type, timer.Due - Clock.GetUtcNow()))];
    }

    public Task<List<T>> QueryAsync<T>(string sql, Func<StoreReader, T> read) =>
        Get<IDatabase>().QueryAsync(sql, [], read, default);

    public async Task<long> NumberAsync(string sql) => (await QueryAsync(sql, row => row.GetInt64(0)))[0];

    public async Task ExecuteAsync(string sql)
    {
        await using var session = await Get<IMessageStore>().BeginAsync(default);
        await using var command = session.Connection.CreateCommand();
        command.Transaction = session.Transaction;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
        await session.CommitAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A store promises order per shard; ids are in the order of publishing.</summary>
    private async Task<IReadOnlyList<OutboxRow>> OutboxAsync() =>
        [.. (await Get<IMessageStore>().ReadOutboxAsync([0, 1, 2, 3], 10_000, Clock.GetUtcNow(), default))
            .OrderBy(row => row.Id)];
}
