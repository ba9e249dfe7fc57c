using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Payments.Tests;

/// <summary>The rules, the store and the simulated provider of Payments, without a host: a test makes each step itself, and
/// leaves out the steps that a dead process would not make.</summary>
internal sealed class PaymentsInMemory : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("payments");
    private readonly ServiceProvider _services;

    private PaymentsInMemory(IPaymentProvider? provider, Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSingleton<TimeProvider>(Clock);
        services.AddMessaging("payments", messages =>
        {
            messages.ListMessages();
            messages.UseSqlite(sqlite => sqlite.File = _folder.File("payments.db"));
        });
        services.AddPaymentRules();
        services.AddSingleton<SettlePayments>();
        services.AddOptions<SimulatedProviderOptions>().BindConfiguration(SimulatedProviderOptions.Section);
        services.AddSingleton(_ => new ProviderRecord(_folder.File("provider.db")));
        if (provider is not null) services.AddSingleton(provider);
        else services.AddSingleton<IPaymentProvider, SimulatedPaymentProvider>();
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public SettlePayments Worker => Get<SettlePayments>();

    public static async Task<PaymentsInMemory> StartAsync(
        IPaymentProvider? provider = null, params (string Key, string Value)[] settings)
    {
        var payments = new PaymentsInMemory(provider, settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
        await payments.Get<IMessageStore>().PrepareAsync(default);
        await using var connection = new SqliteConnection($"Data Source={payments._folder.File("payments.db")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        using var schema = new StreamReader(
            typeof(Payment).Assembly.GetManifestResourceStream("Tessera.Payments.Schema.0001-payments.sql")!);
        command.CommandText = await schema.ReadToEndAsync();
        await command.ExecuteNonQueryAsync();
        return payments;
    }

    public Task RequestAsync(Guid order, string method = "tok_ok", long amount = 500) =>
        HandleAsync<RequestPaymentOnPaymentRequested, PaymentRequested>(new(order, Guid.NewGuid(), amount, "GBP", method));

    public Task CancelAsync(Guid order) =>
        HandleAsync<CancelPaymentOnOrderCancelled, OrderCancelled>(new(order, Guid.NewGuid(), CancelReasons.Buyer));

    public Task<IReadOnlyList<PaymentClaim>> TakeAsync(int limit = 100) => Get<PaymentClaims>().TakeAsync(limit, default);

    public Task<bool> AreDueAsync() => Get<PaymentClaims>().AreDueAsync(default);

    public Task<ProviderAnswer?> AskAsync(PaymentClaim claim) => Get<AskProvider>().HandleAsync(claim, default);

    public Task RecordAsync(ProviderAnswer answer) => Get<RecordAnswers>().HandleAsync([answer], default);

    /// <summary>Takes what is due, asks, and records what was answered: one whole round of the worker.</summary>
    public async Task RoundAsync()
    {
        foreach (var claim in await TakeAsync())
        {
            if (await AskAsync(claim) is { } answer) await RecordAsync(answer);
        }
    }

    public async Task<string> StateAsync(Guid order) =>
        (await Query($"select state from payments where order_id = '{order}'", row => row.GetString(0)))[0];

    /// <summary>The types of what was published about the order, in order.</summary>
    public async Task<string[]> PublishedAsync(Guid order) =>
    [
        .. (await Get<IMessageStore>().ReadOutboxAsync([0, 1, 2, 3], 1_000, Clock.GetUtcNow(), default))
            .Where(row => row.Event.Key == order.ToString()).Select(row => row.Event.Type),
    ];

    public async Task<long> BalanceAsync(string account) => (await Query(
        $"select coalesce(sum(amount_minor), 0) from ledger where account = '{account}'", row => row.GetInt64(0)))[0];

    public async Task<long> LedgerTotalAsync() =>
        (await Query("select coalesce(sum(amount_minor), 0) from ledger", row => row.GetInt64(0)))[0];

    public Task<List<T>> Query<T>(string sql, Func<StoreReader, T> read) => Get<IDatabase>().QueryAsync(sql, [], read, default);

    /// <summary>What the provider itself has on its books.</summary>
    public async Task<(long Charges, long Refunds)> ProviderBooksAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.File("provider.db")};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select (select count(*) from charges where decline_reason is null), (select count(*) from refunds)";
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    private async Task HandleAsync<THandler, TEvent>(TEvent message)
        where THandler : IHandle<TEvent>
        where TEvent : class
    {
        await using var scope = _services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        var handler = scope.ServiceProvider.GetRequiredService<THandler>();
        await handler.HandleAsync(message, new MessageContext(work, null!, 1), default);
        await work.CommitAsync(default);
    }

    private T Get<T>() where T : notnull => _services.GetRequiredService<T>();
}
