using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>The services' OpenAPI documents, asked for at most once in a while. That of a service which is away is the
/// last that is known, from this process or, by a file in the data folder, from one before.</summary>
internal sealed class ReadDocuments(
    IConfiguration configuration, HttpMessageInvoker upstream, IOptions<TesseraOptions> options, TimeProvider clock)
    : IDisposable
{
    private const int SizeBytesMax = 4 * 1024 * 1024;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    // A service makes its document when it is first asked, which takes longer.
    private static readonly TimeSpan patienceAtFirst = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan freshFor = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, JsonObject> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly string _folder = Path.Combine(options.Value.DataDirectory, "gateway", "openapi");
    private byte[]? _merged;
    private long _readAt;

    /// <summary>The document of the whole, as UTF-8.</summary>
    public async Task<byte[]> MergedAsync(CancellationToken stop)
    {
        if (IsFresh(out var merged)) return merged;
        await _one.WaitAsync(stop);
        try
        {
            if (IsFresh(out merged)) return merged; // Read while we waited.
            await Task.WhenAll(Shop.Interfaces.Select(service => RefreshAsync(service, stop)));
            var missing = Shop.Interfaces.Where(service => !_known.ContainsKey(service)).ToArray();
            merged = JsonSerializer.SerializeToUtf8Bytes(MergeDocuments.Of(_known, missing));
            _readAt = clock.GetTimestamp();
            Volatile.Write(ref _merged, merged);
            return merged;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private bool IsFresh(out byte[] merged)
    {
        merged = Volatile.Read(ref _merged) ?? [];
        return merged.Length > 0 && clock.GetElapsedTime(Volatile.Read(ref _readAt)) < freshFor;
    }

    private async Task RefreshAsync(string service, CancellationToken stop)
    {
        var file = Path.Combine(_folder, service + ".json");
        foreach (var replica in ServiceAddresses.Of(configuration, service))
        {
            var waitMax = _known.ContainsKey(service) ? patience : patienceAtFirst;
            if (await AskAsync(replica, waitMax, stop) is not { } read || Parse(read) is not { } document) continue;
            var isNew = !_known.TryGetValue(service, out var before) || !JsonNode.DeepEquals(before, document);
            _known[service] = document;
            if (isNew) await KeepAsync(file, read, stop);
            return;
        }
        if (_known.ContainsKey(service) || !File.Exists(file)) return;
        try
        {
            if (Parse(await File.ReadAllBytesAsync(file, stop)) is { } kept) _known[service] = kept;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Then the service is missing from the document, which says so.
        }
    }

    private async Task<byte[]?> AskAsync(Uri replica, TimeSpan waitMax, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(waitMax);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replica, "/openapi/v1.json"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await upstream.SendAsync(request, limit.Token);
            if (!response.IsSuccessStatusCode) return null;
            await response.Content.LoadIntoBufferAsync(SizeBytesMax, limit.Token);
            return await response.Content.ReadAsByteArrayAsync(limit.Token);
        }
        catch (Exception away) when (away is HttpRequestException or IOException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task KeepAsync(string file, byte[] document, CancellationToken stop)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            var draft = $"{file}.{Environment.ProcessId}";
            await File.WriteAllBytesAsync(draft, document, stop);
            File.Move(draft, file, overwrite: true); // Whole or not at all, whoever else writes.
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            // It is a convenience for the next start; this process has the document.
        }
    }

    private static JsonObject? Parse(byte[] document)
    {
        try
        {
            return JsonNode.Parse(document) is JsonObject read && read["paths"] is JsonObject ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
