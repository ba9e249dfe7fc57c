using System.Net.Http.Json;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Orders.Tests;

/// <summary>Two replicas of Orders over one database and one broker.</summary>
public sealed class TwoReplicas : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("replicas");
    private readonly HttpClient _http = new();
    private PretendedCatalog? _catalog;
    private PretendedUsers? _users;

    public TestTokens Tokens { get; } = new();

    internal PretendedUsers Users => _users!;

    public ServiceProcess First { get; private set; } = null!;

    public ServiceProcess Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Tokens.WriteKeys(_folder.Path);
        _catalog = await PretendedCatalog.StartAsync();
        _catalog.Put("A1", 250);
        _users = await PretendedUsers.StartAsync();
        First = await StartAsync();
        Second = await StartAsync();
    }

    public Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync("Orders", _folder.Path,
        ("Services:Catalog", _catalog!.Address), ("Services:Users", _users!.Address),
        ("Orders:FollowerHeartbeat", "00:00:01"), ("Orders:FollowersPerCallerMax", "3"));

    public async Task<Guid> PlaceAsync(Guid buyer)
    {
        using var answer = await SendAsync(
            First, HttpMethod.Post, "/orders", Tokens.Customer(buyer), new PlaceOrderRequest([new("A1", 1)]));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<OrderView>())!.Id;
    }

    public async Task CancelAsync(Guid buyer, Guid order)
    {
        using var answer = await SendAsync(
            First, HttpMethod.Post, $"/orders/{order}/cancel", Tokens.Customer(buyer), null);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<HttpResponseMessage> SendAsync(
        ServiceProcess replica, HttpMethod method, string path, string token, object? body, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(replica.Address, path));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType());
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (First is not null) await First.DisposeAsync();
        if (Second is not null) await Second.DisposeAsync();
        if (_users is not null) await _users.DisposeAsync();
        if (_catalog is not null) await _catalog.DisposeAsync();
        Tokens.Dispose();
        _folder.Dispose();
    }
}
