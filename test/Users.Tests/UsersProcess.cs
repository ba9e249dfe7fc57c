using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Users.Tests.Authorizing;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests;

/// <summary>The real Users on an empty data folder.</summary>
public class UsersProcess : IAsyncLifetime
{
    private ServiceProcess? _service;
    private Visitor? _somebody;

    public TemporaryFolder Data { get; } = new("users");

    public HttpClient Client { get; private set; } = null!;

    protected virtual IEnumerable<(string Key, string Value)> Settings =>
    [
        ("Users:FailedSignInsMax", "3"), ("Users:SignInDelay", "00:00:01"), ("Users:SignInDelayMax", "00:00:02"),
        ("Services:Notifications", "http://127.0.0.1:9"), // The store has it, and it is away as all others are.
    ];

    public string Log => _service!.Log;

    public async ValueTask InitializeAsync()
    {
        Prepare();
        await StartAsync();
    }

    /// <summary>What is in the data folder before the first start.</summary>
    protected virtual void Prepare()
    {
    }

    public async Task RestartAsync()
    {
        await _service!.KillAsync();
        Client.Dispose();
        await StartAsync();
    }

    /// <summary>Where the store says that it is.</summary>
    public static Uri Store { get; } = new("http://127.0.0.1:8080/");

    /// <summary>Signs in as people do: at the page, for the storefront.</summary>
    public async Task<Tokens> SignInAsync(string email, string password, string client = "web")
    {
        using var person = NewPerson();
        var tokens = await person.SignInAsync(email, password, client);
        return new Tokens(tokens.Access, tokens.Refresh);
    }

    /// <param name="network">From where the gateway says that the request came.</param>
    public PersonSignIn NewPerson(string? network = null) => new(Client.BaseAddress!, Data.Path, Store, network);

    public async Task<Tokens> SignInOperatorAsync()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Data.File("operator.json")));
        return await SignInAsync(
            file.RootElement.GetProperty("email").GetString()!,
            file.RootElement.GetProperty("password").GetString()!, "console");
    }

    /// <summary>A token of the store's own scripts.</summary>
    public async Task<string> ScriptsAsync()
    {
        using var answer = await TryTokenAsync([("grant_type", "client_credentials"), .. As("scripts")]);
        answer.EnsureSuccessStatusCode();
        return (await Tokens.ReadAsync(answer)).Access;
    }

    public (string Key, string Value)[] As(string client) =>
        [("client_id", client), ("client_secret", PersonSignIn.SecretOf(Data.Path, client))];

    /// <summary>A new account, signed in.</summary>
    public async Task<Tokens> NewCustomerAsync(string email)
    {
        using var registered = await SendAsync(HttpMethod.Post, "/users", null, new { email, password = Password });
        registered.EnsureSuccessStatusCode();
        return await SignInAsync(email, Password);
    }

    /// <summary>The browser of somebody who is signed in, for all tests of what is refused: it changes nothing for the
    /// next, and the two hashes of a new account's password cost more than such a test.</summary>
    internal async Task<Visitor> SomebodyAsync() => _somebody ??= await AuthorizationRequest.NewVisitorAsync(this);

    public const string Password = "correct horse battery";

    public Task<HttpResponseMessage> TryTokenAsync(params (string Key, string Value)[] form) =>
        PostFormAsync("/connect/token", form);

    public Task<HttpResponseMessage> RefreshAsync(string token, string client = "web") =>
        TryTokenAsync([("grant_type", "refresh_token"), ("refresh_token", token), .. As(client)]);

    /// <summary>The status of the sign-in page: 303 leads on.</summary>
    public async Task<HttpStatusCode> PasswordAsync(string email, string password, string network)
    {
        using var person = NewPerson(network);
        return await person.TryAsync(email, password);
    }

    /// <summary>Signs out.</summary>
    public Task<HttpResponseMessage> RevokeAsync(string token) => PostFormAsync(
        "/connect/revoke", [("token", token), .. As("web")]);

    public async Task<HttpResponseMessage> PostFormAsync(string path, params (string Key, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(
            form.Select(field => new KeyValuePair<string, string>(field.Key, field.Value)));
        return await Client.PostAsync(path, content);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, object? content = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (content is not null) request.Content = JsonContent.Create(content, content.GetType());
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client?.Dispose();
        _somebody?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        Data.Dispose();
    }

    private async Task StartAsync()
    {
        _service = await ServiceProcess.StartAsync(
            "Users", Data.Path, [.. Settings]);
        Client = new HttpClient { BaseAddress = _service.Address };
        // It answers before its tables, the operator and the clients are there; ready is when they are.
        await Eventually.HoldsAsync("Users is ready", async () =>
        {
            using var health = await Client.GetAsync("/health/ready");
            return health.IsSuccessStatusCode;
        }, TimeSpan.FromMinutes(2)); // As long as the process itself may take to start.
    }
}

public sealed record Tokens(string Access, string? Refresh)
{
    public static async Task<Tokens> ReadAsync(HttpResponseMessage response)
    {
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return new Tokens(
            answer.RootElement.GetProperty("access_token").GetString()!,
            answer.RootElement.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null);
    }
}
