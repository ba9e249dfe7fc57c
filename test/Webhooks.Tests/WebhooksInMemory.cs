using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Tessera.MailDefaults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>The service's rules step by step, with the worker's rounds made by the test: a step that a dead process
/// would not make is left out.</summary>
internal sealed class WebhooksInMemory : IAsyncDisposable
{
    private readonly ServiceInMemory _service;

    private WebhooksInMemory(ServiceInMemory service) => _service = service;

    public FakeTimeProvider Clock => _service.Clock;

    public ServiceInMemory Service => _service;

    public static async Task<WebhooksInMemory> StartAsync(
        bool onPostgres = false, params (string Key, string Value)[] settings) =>
        await StartAsync(new ResolveBySystem(), onPostgres, [("Webhooks:AllowPrivate", "true"), .. settings]);

    /// <summary>As it is where nothing inside is allowed, with names that lead where the test says.</summary>
    public static Task<WebhooksInMemory> StartOutsideAsync(
        IResolveNames names, params (string Key, string Value)[] settings) => StartAsync(names, false, settings);

    private static async Task<WebhooksInMemory> StartAsync(
        IResolveNames names, bool onPostgres, (string Key, string Value)[] settings) =>
        new(await ServiceInMemory.StartAsync(
            onPostgres, "webhooks", typeof(EndpointStore).Assembly, messages => messages.ListMessages(),
            (services, folder) =>
            {
                services.AddWebhookRules();
                services.AddMailQueue<WriteDisabledMail>();
                services.AddOptions<TesseraOptions>().Configure(tessera => tessera.DataDirectory = folder.Path);
                services.AddSingleton(names);
                services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
                services.AddSingleton<PruneDeliveries>();
            },
            settings));

    public Task<(Guid Id, string Secret)> RegisterAsync(
        string url, bool ordered = false, params string[] types) => RegisterAsync(url, null, ordered, types);

    /// <summary>With somebody who is told when it is disabled.</summary>
    public async Task<Guid> RegisterAsync(string url, string contact) =>
        (await RegisterAsync(url, contact, ordered: false, [])).Id;

    private async Task<(Guid Id, string Secret)> RegisterAsync(
        string url, string? contact, bool ordered, string[] types)
    {
        var secret = EndpointSecrets.New();
        var id = Guid.CreateVersion7(Clock.GetUtcNow());
        var endpoint = new Endpoint(
            id, Guid.NewGuid(), url, null, ordered, EndpointState.Active, null,
            _service.Get<EndpointSecrets>().Seal(secret), null, null, null, Clock.GetUtcNow(), contact);
        Assert.True(await TryAddAsync(endpoint, 1, types.Length > 0 ? types : [PublicOrderPlaced.Type]));
        return (id, secret);
    }

    public Task<bool> TryAddAsync(Endpoint endpoint, int ownersMax, params string[] types) =>
        Ask(endpoints => endpoints.TryAddAsync(endpoint, types, ownersMax, default));

    public async Task<Endpoint> FindAsync(Guid id) => (await Ask(endpoints => endpoints.FindAsync(
        id, new Caller(Guid.Empty, IsOperator: true, false, null), default)))!;

    public Task ResumeAsync(Guid id) => Do(endpoints => endpoints.ResumeAsync(
        id, Act.Of(Guid.NewGuid(), Act.Resumed, null, Clock), default));

    public Task PauseAsync(Guid id) => Do(endpoints => endpoints.PauseAsync(
        id, Act.Of(Guid.NewGuid(), Act.Paused, null, Clock), default));

    public Task DeleteAsync(Guid id) => Do(endpoints => endpoints.DeleteAsync(id, default));

    public async Task<string> RotateAsync(Guid id)
    {
        var secret = EndpointSecrets.New();
        var before = (await FindAsync(id)).Secret;
        await Do(endpoints => endpoints.ReplaceSecretAsync(
            id, _service.Get<EndpointSecrets>().Seal(secret), before, Clock.GetUtcNow().AddDays(1), default));
        return secret;
    }

    /// <summary>An order is placed.</summary>
    public Task PlaceAsync(Guid order, Guid? happening = null) => HearAsync<QueueOrderWebhooks, OrderPlaced>(
        order, Some.Placed(order), happening);

    /// <summary>Orders are placed, and heard of as one batch.</summary>
    public Task PlaceTogetherAsync(params Guid[] orders) => _service.InScopeAsync(async (scope, work) =>
    {
        var handler = scope.GetRequiredService<QueueOrderWebhooks>();
        await handler.PrefetchAsync([.. orders.Select(Some.Placed)], default);
        foreach (var order in orders)
            await handler.HandleAsync(Some.Placed(order), new MessageContext(work, Some.Heard(order), 1), default);
    });

    public Task HearAsync<THandler, TEvent>(Guid key, TEvent message, Guid? happening = null)
        where THandler : IHandle<TEvent>
        where TEvent : class =>
        _service.InScopeAsync((scope, work) => scope.GetRequiredService<THandler>().HandleAsync(
            message, new MessageContext(work, Some.Heard(key, happening), 1), default));

    public async Task<IReadOnlyList<DeliveryClaim>> TakeAsync(int atMost = 100)
    {
        var claims = _service.Get<DeliveryClaims>();
        var taken = new List<DeliveryClaim>();
        foreach (var (endpoint, due) in await claims.LookAsync(default))
        {
            if (due <= Clock.GetUtcNow()) taken.AddRange(await claims.TakeAsync(endpoint, atMost, default));
        }
        return taken;
    }

    public Task<DeliveryAnswer> SendAsync(DeliveryClaim claim) =>
        _service.Get<SendDelivery>().HandleAsync(claim, default);

    public Task RecordAsync(DeliveryAnswer answer) => _service.Get<RecordAnswer>().HandleAsync(answer, default);

    /// <summary>All that is due now, once.</summary>
    public async Task<int> RoundAsync()
    {
        var taken = await TakeAsync();
        foreach (var claim in taken) await RecordAsync(await SendAsync(claim));
        return taken.Count;
    }

    /// <summary>Rounds until nothing is due now.</summary>
    public async Task DeliverAsync()
    {
        while (await RoundAsync() > 0)
        {
            // The next of a line is due once the one before it is through.
        }
    }

    /// <summary>One transaction with the mails that wait.</summary>
    public Task InMailsAsync(Func<MailQueue, Task> act) =>
        _service.InScopeAsync((scope, _) => act(scope.GetRequiredService<MailQueue>()));

    /// <summary>Sends the mails that wait; all that were ever sent.</summary>
    public async Task<IReadOnlyList<MimeMessage>> SendMailsAsync()
    {
        while (await _service.Get<SendMails>().TrySendOneAsync(default))
        {
            // One after the other.
        }
        var outbox = Path.Combine(_service.Get<IOptions<TesseraOptions>>().Value.DataDirectory, "outbox");
        return Directory.Exists(outbox)
            ? [.. Directory.GetFiles(outbox, "*.eml").Select(file => MimeMessage.Load(file))]
            : [];
    }

    public Task PruneAsync() => _service.Get<PruneDeliveries>().RoundAsync(default);

    public Task<long> CountAsync(string where) =>
        _service.NumberAsync($"select count(*) from deliveries where {where}");

    public async Task<TimeSpan> DueInAsync() => (await _service.QueryAsync(
        "select due_at from deliveries where due_at is not null order by due_at limit 1",
        row => row.GetTime(0)))[0] - Clock.GetUtcNow();

    /// <summary>As POST /webhooks/{id}/redeliveries does it.</summary>
    public async Task<int> RedeliverAsync(Guid id, RedeliverRequest? request = null) =>
        (await RedeliverSomeAsync(id, request ?? new RedeliverRequest(), int.MaxValue - 1)).Deliveries;

    /// <summary>As many at once as are said.</summary>
    public async Task<RedeliveredView> RedeliverSomeAsync(Guid id, RedeliverRequest request, int atOnceMax)
    {
        var result = await _service.InRequestAsync(scope => Redeliver.SomeAsync(
            id, request, new Caller(Guid.Empty, IsOperator: true, false, null),
            scope.GetRequiredService<EndpointStore>(), _service.Get<Messaging.Store.IDatabase>(),
            _service.Get<IServiceScopeFactory>(), Clock, atOnceMax, default));
        return ((Microsoft.AspNetCore.Http.HttpResults.Ok<RedeliveredView>)result.Result).Value!;
    }

    /// <summary>As GET /webhooks/{id}/deliveries/{delivery} tells of the only one.</summary>
    public async Task<DeliveryView> ReadDeliveryAsync(Guid id)
    {
        var delivery = Assert.Single(await _service.QueryAsync("select id from deliveries", row => row.GetGuid(0)));
        var result = await _service.InRequestAsync(scope => ReadDeliveries.One(
            id, delivery, new Caller(Guid.Empty, IsOperator: true, false, null),
            scope.GetRequiredService<EndpointStore>(), _service.Get<Messaging.Store.IDatabase>(), default));
        return ((Microsoft.AspNetCore.Http.HttpResults.Ok<DeliveryView>)result.Result).Value!;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private Task<T> Ask<T>(Func<EndpointStore, Task<T>> act) =>
        _service.InRequestAsync(scope => act(scope.GetRequiredService<EndpointStore>()));

    private Task<bool> Do(Func<EndpointStore, Task> act) => Ask(async endpoints =>
    {
        await act(endpoints);
        return true;
    });
}
