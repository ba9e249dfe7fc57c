using System.Net.Http.Json;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Catalog.Tests;

/// <summary>The real Catalog on an empty database.</summary>
public class CatalogProcess : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new("catalog");
    private readonly TestTokens _tokens = new();
    private ServiceProcess? _service;

    public HttpClient Client { get; private set; } = null!;

    public string Operator => _tokens.Operator(Guid.Parse("01939d3e-1111-7000-8000-000000000001"));

    public string Customer => _tokens.Customer(Guid.Parse("01939d3e-2222-7000-8000-000000000002"));

    public virtual async ValueTask InitializeAsync()
    {
        _tokens.WriteKeys(_data.Path);
        _service = await ServiceProcess.StartAsync("Catalog", _data.Path, await DatabaseAsync());
        Client = new HttpClient { BaseAddress = _service.Address };
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, object? content,
        string? ifMatch = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (content is not null) request.Content = JsonContent.Create(content, content.GetType());
        if (ifMatch is not null) request.Headers.IfMatch.ParseAdd(ifMatch);
        if (ifNoneMatch is not null) request.Headers.IfNoneMatch.ParseAdd(ifNoneMatch);
        return await Client.SendAsync(request);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        _tokens.Dispose();
        _data.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where it keeps its products, unless as all services under test do.</summary>
    protected virtual Task<(string Key, string Value)[]> DatabaseAsync() =>
        Task.FromResult<(string Key, string Value)[]>([]);
}
