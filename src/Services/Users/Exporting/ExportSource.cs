using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Tessera.Users.Exporting;

/// <summary>Another service, asked what it keeps of a person with a token of that person. Timeout, retries and breaker
/// come with the client.</summary>
internal abstract class ExportSource(HttpClient http, string service, string path)
{
    private const int PageSize = 100;

    public string Service { get; } = service;

    public async Task<SourceAnswer> ReadAsync(string token, int itemsMax, CancellationToken stop)
    {
        var items = new List<JsonElement>();
        string? next = null;
        try
        {
            do
            {
                var page = await ReadPageAsync(token, next, stop);
                items.AddRange(page.Items);
                next = page.Next;
            }
            while (next is not null && items.Count < itemsMax);
            return new SourceAnswer.Read(items, next is null);
        }
        catch (Exception away) when (
            away is HttpRequestException or TimeoutRejectedException or BrokenCircuitException or JsonException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new SourceAnswer.Away(away.Message);
        }
    }

    private async Task<Page> ReadPageAsync(string token, string? before, CancellationToken stop)
    {
        var query = before is null ? "" : "&before=" + Uri.EscapeDataString(before);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(string.Create(CultureInfo.InvariantCulture, $"{path}?size={PageSize}{query}"), UriKind.Relative))
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<Page>(stop)
            ?? throw new JsonException($"{Service} answered without a page.");
    }

    private sealed record Page(IReadOnlyList<JsonElement> Items, string? Next);
}

internal abstract record SourceAnswer
{
    public sealed record Read(IReadOnlyList<JsonElement> Items, bool IsComplete) : SourceAnswer;

    public sealed record Away(string Why) : SourceAnswer;
}

internal sealed class OrdersExport(HttpClient http) : ExportSource(http, "orders", "/orders/export");

internal sealed class PaymentsExport(HttpClient http) : ExportSource(http, "payments", "/payments/export");

internal sealed class InventoryExport(HttpClient http) : ExportSource(http, "inventory", "/stock/receipts/export");
