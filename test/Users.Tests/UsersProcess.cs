using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Users.Tests;

/// <summary>The real Users on an empty data folder.</summary>
public class UsersProcess : IAsyncLifetime
{
    private ServiceProcess? _service;

    public TemporaryFolder Data { get; } = new("users");

    public HttpClient Client { get; private set; } = null!;

    protected virtual IEnumerable<(string Key, string Value)> Settings =>
        [("Users:FailedSignInsMax", "3"), ("Users:SignInDelay", "00:00:01"), ("Users:SignInDelayMax", "00:00:02")];

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

    public async Task<Tokens> SignInAsync(string email, string password)
    {
        using var response = await TryTokenAsync(
            ("grant_type", "password"), ("username", email), ("password", password), ("scope", "offline_access"));
        response.EnsureSuccessStatusCode();
        return await Tokens.ReadAsync(response);
    }

    public async Task<Tokens> SignInOperatorAsync()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Data.File("operator.json")));
        return await SignInAsync(
            file.RootElement.GetProperty("email").GetString()!, file.RootElement.GetProperty("password").GetString()!);
    }

    /// <summary>A new account, signed in.</summary>
    public async Task<Tokens> NewCustomerAsync(string email)
    {
        using var registered = await SendAsync(HttpMethod.Post, "/users", null, new { email, password = Password });
        registered.EnsureSuccessStatusCode();
        return await SignInAsync(email, Password);
    }

    public const string Password = "correct horse battery";

    public async Task<HttpResponseMessage> TryTokenAsync(params (string Key, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(
            form.Select(field => new KeyValuePair<string, string>(field.Key, field.Value)));
        return await Client.PostAsync("/connect/token", content);
    }

    public Task<HttpResponseMessage> RefreshAsync(string token) =>
        TryTokenAsync(("grant_type", "refresh_token"), ("refresh_token", token));

    /// <param name="network">From where the gateway says that the request came.</param>
    public async Task<HttpResponseMessage> PasswordAsync(string email, string password, string network)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token");
        request.Headers.Add("X-Forwarded-For", network);
        request.Content = new FormUrlEncodedContent(
            [new("grant_type", "password"), new("username", email), new("password", password)]);
        return await Client.SendAsync(request);
    }

    /// <summary>Signs out.</summary>
    public async Task<HttpResponseMessage> RevokeAsync(string token)
    {
        using var content = new FormUrlEncodedContent([new("token", token)]);
        return await Client.PostAsync("/connect/revoke", content);
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
        if (_service is not null) await _service.DisposeAsync();
        Data.Dispose();
    }

    private async Task StartAsync()
    {
        _service = await ServiceProcess.StartAsync(
            "Users", Data.Path, [.. Settings]);
        Client = new HttpClient { BaseAddress = _service.Address };
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
