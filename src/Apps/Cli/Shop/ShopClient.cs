using System.Net.Http.Headers;
using System.Text.Json;

namespace Tessera.Cli.Shop;

/// <summary>Speaks to the store as any client would: through the gateway, over HTTP, and patiently.</summary>
/// <remarks>
/// A request is sent again while the gateway cannot be reached, is busy (429) or fails (5xx). Every request that this
/// command makes can bear that: it reads, or says what should be, or carries an Idempotency-Key.
/// </remarks>
internal sealed class ShopClient : IDisposable
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan _requestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _firstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _patience;
    private long _retries;

    /// <param name="patience">How long one request is tried before its failure is final.</param>
    public ShopClient(Uri gateway, TimeSpan patience, TimeProvider clock, HttpMessageHandler? handler = null)
    {
        _clock = clock;
        _patience = patience;
        _http = new HttpClient(handler ?? new SocketsHttpHandler
        {
            UseProxy = false,
            MaxConnectionsPerServer = 256,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            UseCookies = false,
        })
        {
            BaseAddress = gateway,
            Timeout = _requestTimeout,
        };
    }

    /// <summary>How many requests had to be sent again.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    public Task<Answer> GetAsync(string path, string? token, CancellationToken stop) =>
        SendAsync(HttpMethod.Get, path, null, token, null, stop);

    /// <summary>Asks once, for what may well not be there: null when nobody answers.</summary>
    public async Task<Answer?> GetOnceAsync(string path, string? token, CancellationToken stop)
    {
        try
        {
            return await SendOnceAsync(HttpMethod.Get, path, null, token, null, "application/json", stop);
        }
        catch (Exception away) when (away is HttpRequestException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    public Task<Answer> PostAsync(
        string path, object? body, string? token, CancellationToken stop, string? idempotencyKey = null) =>
        SendAsync(HttpMethod.Post, path,
            body is null ? null : JsonSerializer.SerializeToUtf8Bytes(body, _json), token, idempotencyKey, stop);

    public Task<Answer> PutAsync(
        string path, byte[] content, string mediaType, string? token, CancellationToken stop) =>
        SendAsync(HttpMethod.Put, path, content, token, null, stop, mediaType);

    public Task<Answer> DeleteAsync(string path, string? token, CancellationToken stop) =>
        SendAsync(HttpMethod.Delete, path, null, token, null, stop);

    public async Task<Answer> PostFormAsync(
        string path, IEnumerable<KeyValuePair<string, string>> form, CancellationToken stop)
    {
        using var content = new FormUrlEncodedContent(form);
        var body = await content.ReadAsByteArrayAsync(stop);
        return await SendAsync(HttpMethod.Post, path, body, null, null, stop, "application/x-www-form-urlencoded");
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(
        HttpMethod method, string path, byte[]? body, string? token, string? idempotencyKey, CancellationToken stop,
        string mediaType = "application/json")
    {
        var began = _clock.GetTimestamp();
        var wait = _firstWait;
        while (true)
        {
            Answer? answer = null;
            string failure;
            try
            {
                answer = await SendOnceAsync(method, path, body, token, idempotencyKey, mediaType, stop);
                if (!answer.MayHelpToRetry) return answer;
                failure = answer.Problem();
            }
            catch (HttpRequestException unreachable)
            {
                failure = unreachable.Message;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                failure = $"no answer in {_requestTimeout.TotalSeconds:0} s";
            }
            var pause = answer?.RetryAfter is { } asked && asked < TimeSpan.FromSeconds(10) ? asked : wait;
            if (_clock.GetElapsedTime(began) + pause > _patience)
            {
                return answer ?? throw new UserError(
                    $"{method} {new Uri(_http.BaseAddress!, path)} failed for {_patience.TotalSeconds:0} s: {failure}",
                    ExitCodes.NotRunning);
            }
            Interlocked.Increment(ref _retries);
            await Task.Delay(pause, _clock, stop);
            wait = wait * 2 < _longestWait ? wait * 2 : _longestWait;
        }
    }

    private async Task<Answer> SendOnceAsync(
        HttpMethod method, string path, byte[]? body, string? token,
        string? idempotencyKey, string mediaType, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }
        using var response = await _http.SendAsync(request, stop);
        var content = await response.Content.ReadAsByteArrayAsync(stop);
        return new Answer((int)response.StatusCode, content, response.Headers.RetryAfter?.Delta);
    }
}
