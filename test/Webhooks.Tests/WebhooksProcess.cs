using System.Net.Http.Json;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>The service as a process, asked over HTTP.</summary>
internal sealed class WebhooksProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _data = new("webhooks");
    private readonly TestTokens _tokens = new();
    private (string, string)[] _settings;
    private readonly HttpClient _http = new();
    private ServiceProcess _process = null!;
    private ServiceProcess? _second;

    private WebhooksProcess((string, string)[] settings)
    {
        _settings = settings;
        _tokens.WriteKeys(_data.Path);
        Operator = _tokens.Operator(Guid.NewGuid());
        Machine = _tokens.Machine("webhooks");
    }

    public string Operator { get; }

    public string Machine { get; }

    public string Log => _process.Log;

    public static async Task<WebhooksProcess> StartAsync(params (string, string)[] settings)
    {
        var webhooks = new WebhooksProcess([("Webhooks:AllowPrivate", "true"), .. settings]);
        await webhooks.StartAsync();
        return webhooks;
    }

    /// <summary>Two replicas over one database.</summary>
    public static async Task<WebhooksProcess> StartTwoAsync(bool onPostgres, params (string, string)[] settings)
    {
        var webhooks = new WebhooksProcess([("Webhooks:AllowPrivate", "true"), .. settings]);
        if (onPostgres)
        {
            webhooks._settings =
            [
                .. webhooks._settings, ("Database:Engine", "postgres"),
                ("Database:ConnectionString", await TestDatabase.ProvisionAsync("webhooks", webhooks._data.Path)),
            ];
        }
        await webhooks.StartAsync();
        webhooks._second = webhooks._process;
        await webhooks.StartAsync();
        return webhooks;
    }

    public Task KillSecondAsync() => _second!.KillAsync();

    public async Task<int> DeliveredAsync(Guid endpoint) => (await ReadAsync<DeliveryPage>(
        HttpMethod.Get, $"/webhooks/{endpoint}/deliveries?state=Delivered&size=100")).Items.Count;

    public string AnotherMachine() => _tokens.Machine("webhooks");

    public Task KillAsync() => _process.KillAsync();

    public async Task StartAsync()
    {
        _process = await ServiceProcess.StartAsync("Webhooks", _data.Path, _settings);
        await Eventually.HoldsAsync("Webhooks is ready", async () =>
        {
            using var health = await _http.GetAsync(new Uri(_process.Address, "/health/ready"));
            return health.IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2));
    }

    public async Task<HttpResponseMessage> AskAsync(
        HttpMethod method, string path, object? body = null, string? token = null, bool atSecond = false)
    {
        using var request = new HttpRequestMessage(method, new Uri((atSecond ? _second! : _process).Address, path));
        request.Headers.Authorization = new("Bearer", token ?? Machine);
        if (body is not null) request.Content = JsonContent.Create(body);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<T> ReadAsync<T>(
        HttpMethod method, string path, object? body = null, string? token = null, bool atSecond = false)
    {
        using var answer = await AskAsync(method, path, body, token, atSecond);
        Assert.True(answer.IsSuccessStatusCode,
            $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}\n{Log}");
        return (await answer.Content.ReadFromJsonAsync<T>())!;
    }

    public Task<RegisteredEndpoint> RegisterAsync(string url, bool ordered = false) =>
        ReadAsync<RegisteredEndpoint>(HttpMethod.Post, "/webhooks",
            new RegisterEndpointRequest(url, [PublicOrderPlaced.Type], ordered));

    public async Task<Guid> TestAsync(Guid endpoint, bool atSecond = false) =>
        (await ReadAsync<TestDeliveryView>(
            HttpMethod.Post, $"/webhooks/{endpoint}/test", atSecond: atSecond)).Delivery;

    public Task<DeliveryView> DeliveryAsync(Guid endpoint, Guid delivery) =>
        ReadAsync<DeliveryView>(HttpMethod.Get, $"/webhooks/{endpoint}/deliveries/{delivery}");

    public Task BecomesAsync(Guid endpoint, Guid delivery, string state) => Eventually.HoldsAsync(
        $"delivery {delivery} becomes {state}",
        async () => (await DeliveryAsync(endpoint, delivery)).Delivery.State == state, TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_second is not null) await _second.DisposeAsync();
        await _process.DisposeAsync();
        _tokens.Dispose();
        _data.Dispose();
    }
}
