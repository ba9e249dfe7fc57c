using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tessera.PageDefaults;

/// <summary>The store's interface at the gateway. Nothing it does throws because a service is away.</summary>
public sealed class StoreClient(HttpClient http)
{
    private const string Prefix = "/api/v1";
    private static readonly JsonSerializerOptions json = JsonSerializerOptions.Web;

    public async Task<Answer<T>> SendAsync<T>(
        HttpMethod method, string path, string? token, CancellationToken stop, object? body = null,
        string? idempotencyKey = null)
        where T : class
    {
        if (LeadsElsewhere(path)) return new Answer<T>(null, HttpStatusCode.NotFound);
        using var request = Request(method, path, token);
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), options: json);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        try
        {
            using var response = await http.SendAsync(request, stop);
            return await ReadAsync<T>(response, stop);
        }
        catch (Exception away) when (IsAway(away, stop))
        {
            return new Answer<T>(null, null);
        }
    }

    /// <summary>What a path of the gateway itself says, whatever its status: a whole that is not well tells so by it.
    /// Null when it is away.</summary>
    public async Task<T?> ReadAnywayAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await http.SendAsync(request, stop);
            return await response.Content.ReadFromJsonAsync<T>(json, stop);
        }
        catch (Exception away) when (IsAway(away, stop))
        {
            return null;
        }
    }

    /// <summary>The answer's head, to pass its body on as it comes; null when the service is away.</summary>
    public async Task<HttpResponseMessage?> OpenAsync(
        string path, string? token, string? lastEventId, CancellationToken stop)
    {
        var request = Request(HttpMethod.Get, path, token);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        }
        catch (Exception away) when (IsAway(away, stop))
        {
            return null;
        }
    }

    /// <summary>A name of nothing, or of dots, which no escaping keeps: the address would be that of another operation,
    /// and its answer of another shape.</summary>
    private static bool LeadsElsewhere(string path) =>
        path.Split('?')[0].Split('/').Skip(1).Any(segment => segment is "" or "." or "..");

    private static HttpRequestMessage Request(HttpMethod method, string path, string? token)
    {
        var request = new HttpRequestMessage(method, Prefix + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private static async Task<Answer<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken stop)
        where T : class
    {
        if (response.IsSuccessStatusCode)
        {
            return typeof(T) == typeof(Done)
                ? new Answer<T>((T)(object)new Done(), response.StatusCode)
                : new Answer<T>(await response.Content.ReadFromJsonAsync<T>(json, stop), response.StatusCode);
        }
        JsonElement? problem = null;
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
            problem = await response.Content.ReadFromJsonAsync<JsonElement>(json, stop);
        return new Answer<T>(null, response.StatusCode, problem);
    }

    private static bool IsAway(Exception failure, CancellationToken stop) =>
        failure is HttpRequestException or IOException or JsonException
        || (failure is OperationCanceledException && !stop.IsCancellationRequested);
}
