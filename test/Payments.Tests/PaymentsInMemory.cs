using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Payments.Tests;

/// <summary>Payments step by step, by default with the simulated provider.</summary>
internal sealed class PaymentsInMemory : IAsyncDisposable
{
    private readonly ServiceInMemory _service;
    private readonly string? _providerFile;

    private PaymentsInMemory(ServiceInMemory service, string? providerFile)
    {
        _service = service;
        _providerFile = providerFile;
    }

    public ServiceInMemory Service => _service;

    public FakeTimeProvider Clock => _service.Clock;

    public IDatabase Tables => _service.Get<IDatabase>();

    public SettlePayments Worker => _service.Get<SettlePayments>();

    public static Task<PaymentsInMemory> StartAsync(
        IPaymentProvider? provider = null, params (string Key, string Value)[] settings) =>
        StartAsync(TestDatabase.IsPostgres, provider, settings);

    public static async Task<PaymentsInMemory> StartAsync(
        bool onPostgres, IPaymentProvider? provider = null, params (string Key, string Value)[] settings)
    {
        var providerFile = "";
        var service = await ServiceInMemory.StartAsync(
            onPostgres, "payments", typeof(Payment).Assembly, messages => messages.ListMessages(),
            (services, folder) =>
            {
                providerFile = folder.File("provider.db");
                services.AddPaymentRules();
                services.AddSingleton<SettlePayments>();
                services.AddOptions<SimulatedProviderOptions>().BindConfiguration(SimulatedProviderOptions.Section);
                services.AddOptions<TesseraOptions>().Configure(tessera => tessera.DataDirectory = folder.Path);
                services.AddSingleton<SimulatedCallbacks>();
                services.AddSingleton<IProviderRecord>(provided => onPostgres
                    ? new ProviderTables(provided.GetRequiredService<IServiceScopeFactory>())
                    : new ProviderFile(folder.File("provider.db")));
                if (provider is not null) services.AddSingleton(provider);
                else services.AddSingleton<IPaymentProvider, SimulatedPaymentProvider>();
            },
            settings);
        return new PaymentsInMemory(service, onPostgres ? null : providerFile);
    }

    public Task RequestAsync(Guid order, string method = "tok_ok", long amount = 500, Guid? buyer = null) =>
        _service.HandleAsync<RequestPaymentOnPaymentRequested, PaymentRequested>(
            new PaymentRequested(order, buyer ?? Guid.NewGuid(), amount, "GBP", method));

    public Task EraseAsync(params Guid[] buyers) =>
        _service.HandleAsync<ForgetPaymentMethodsOnUserErased, UserErased>(
            [.. buyers.Select(buyer => new UserErased(buyer))]);

    /// <summary>The look a minute later.</summary>
    public Task EraseAgainAsync(params Guid[] buyers) =>
        _service.HandleAsync<ForgetPaymentMethodsOnBuyerErased, BuyerErased>(
            [.. buyers.Select(buyer => new BuyerErased(buyer))]);

    public Task CancelAsync(Guid order) => _service.HandleAsync<CancelPaymentOnOrderCancelled, OrderCancelled>(
        new OrderCancelled(order, Guid.NewGuid(), CancelReasons.Buyer));

    /// <summary>The provider tells by itself; its signature was good.</summary>
    public Task CallBackAsync(Guid order, string type = PaymentCallback.Captured, string id = "msg_1") =>
        _service.Get<RecordCallback>().HandleAsync("simulated", id, Callback(order, type), default);

    /// <summary>As far as a process comes that dies before the commit.</summary>
    public Task CallBackAndDieAsync(Guid order, string id = "msg_1") => Assert.ThrowsAsync<InvalidTimeZoneException>(
        () => _service.InScopeAsync(async (_, work) =>
        {
            await _service.Get<RecordCallback>().ApplyAsync(
                work, "simulated", id, Callback(order, PaymentCallback.Captured), default);
            await work.FlushAsync(default);
            throw new InvalidTimeZoneException("dies here");
        }));

    /// <summary>How long until the provider is asked about the order; null when it is not.</summary>
    public async Task<TimeSpan?> AskedInAsync(Guid order) => (await Query(
        $"select due_at from payments where order_id = '{order}'", row => row.GetTimeOrNull(0)))[0] - Clock.GetUtcNow();

    public SimulatedCallbacks Callbacks => _service.Get<SimulatedCallbacks>();

    public ProviderSecrets Secrets => _service.Get<ProviderSecrets>();

    private static PaymentCallback Callback(Guid order, string type) =>
        new(type, new PaymentCallbackData(order.ToString()));

    public Task<IReadOnlyList<PaymentClaim>> TakeAsync(int limit = 100) =>
        _service.Get<PaymentClaims>().TakeAsync(limit, default);

    public async Task<bool> AreDueAsync() =>
        await _service.Get<PaymentClaims>().NextDueInAsync(default) <= TimeSpan.Zero;

    public Task<ProviderAnswer?> AskAsync(PaymentClaim claim) =>
        _service.Get<AskProvider>().HandleAsync(claim, default);

    public NpgsqlDataSource Database => _service.Get<PostgresDatabase>().DataSource;

    public Task PutOffAsync(PaymentClaim claim, TimeSpan delay, string reason = "busy") =>
        _service.Get<PaymentClaims>().PutOffAsync(claim, delay, reason, default);

    public Task RecordAsync(ProviderAnswer answer) => _service.Get<RecordAnswers>().HandleAsync([answer], default);

    /// <summary>Takes what is due, asks, and records what was answered: one whole round of the worker.</summary>
    public async Task RoundAsync()
    {
        foreach (var claim in await TakeAsync())
        {
            if (await AskAsync(claim) is { } answer) await RecordAsync(answer);
        }
    }

    /// <summary>GET /payments/orders/{order}/history; null when there is none.</summary>
    public async Task<PaymentHistoryView?> HistoryAsync(Guid order) =>
        ((await ReadPaymentHistory.Handle(order, _service.Get<IDatabase>(), default)).Result
            as Ok<PaymentHistoryView>)?.Value;

    public async Task<string> StateAsync(Guid order) =>
        (await Query($"select state from payments where order_id = '{order}'", row => row.GetString(0)))[0];

    public Task<string[]> PublishedAsync(Guid order) => _service.PublishedAsync(order);

    public Task<long> BalanceAsync(string account) =>
        _service.NumberAsync($"select coalesce(sum(amount_minor), 0) from ledger where account = '{account}'");

    public Task<long> LedgerTotalAsync() => _service.NumberAsync("select coalesce(sum(amount_minor), 0) from ledger");

    public Task<List<T>> Query<T>(string sql, Func<StoreReader, T> read) => _service.QueryAsync(sql, read);

    /// <summary>What the provider itself has on its books.</summary>
    public async Task<(long Charges, long Refunds)> ProviderBooksAsync()
    {
        if (_providerFile is null)
        {
            return (await Query(
                "select (select count(*) from provider_charges where decline_reason is null), " +
                "(select count(*) from provider_refunds)", row => (row.GetInt64(0), row.GetInt64(1))))[0];
        }
        await using var connection = new SqliteConnection($"Data Source={_providerFile};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select (select count(*) from charges where decline_reason is null), (select count(*) from refunds)";
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}
