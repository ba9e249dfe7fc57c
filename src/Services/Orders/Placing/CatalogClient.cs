using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Tessera.Catalog.Contracts;

namespace Tessera.Orders;

/// <summary>Asks Catalog for products that its events have not told of yet. Timeout, retries and breaker
/// come with the client.</summary>
internal sealed partial class CatalogClient(HttpClient http, ILogger<CatalogClient> logger)
{
    public async Task<CatalogAnswer> FindAsync(string sku, CancellationToken stop)
    {
        try
        {
            using var response = await http.GetAsync(
                new Uri("/products/" + Uri.EscapeDataString(sku), UriKind.Relative), stop);
            if (response.StatusCode == HttpStatusCode.NotFound) return new CatalogAnswer.NoSuchProduct();
            if (response.IsSuccessStatusCode
                && await response.Content.ReadFromJsonAsync<ProductView>(stop) is { } product)
            {
                return new CatalogAnswer.Found(product);
            }
            Log.Away(logger, sku, $"HTTP status {(int)response.StatusCode}");
        }
        catch (Exception away) when (
            away is HttpRequestException or TimeoutRejectedException or BrokenCircuitException or JsonException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Log.Away(logger, sku, away.Message);
        }
        return new CatalogAnswer.Away();
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.CatalogAway, LogLevel.Warning,
            "Catalog did not answer for the product {Sku}: {Reason}")]
        public static partial void Away(ILogger logger, string sku, string reason);
    }
}

internal abstract record CatalogAnswer
{
    public sealed record Found(ProductView Product) : CatalogAnswer;

    public sealed record NoSuchProduct : CatalogAnswer;

    public sealed record Away : CatalogAnswer;
}
