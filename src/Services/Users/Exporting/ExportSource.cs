using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Exporting;

/// <summary>Another service, asked what it keeps of a person with a token of that person. Timeout, retries and breaker
/// come with the client.</summary>
internal abstract class ExportSource(HttpClient http, string service, string path, string scope)
{
    private const int PageSize = 100;

    public string Service { get; } = service;

    /// <summary>What a token must have been given for to be handed the service's part.</summary>
    public string Scope { get; } = scope;

    /// <summary>Whether a store is whole without the service: then so is an export, which says that the part is
    /// missing.</summary>
    public virtual bool IsDispensable => false;

    /// <summary>Whether the service can know anything of such an account.</summary>
    public virtual bool Concerns(Account account) => true;

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

    protected virtual Task<Page> ReadPageAsync(string token, string? before, CancellationToken stop)
    {
        var query = before is null ? "" : "&before=" + Uri.EscapeDataString(before);
        return GetAsync<Page>(
            string.Create(CultureInfo.InvariantCulture, $"{path}?size={PageSize}{query}"), token, stop);
    }

    protected async Task<T> GetAsync<T>(string address, string token, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative))
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<T>(stop)
            ?? throw new JsonException($"{Service} answered without anything.");
    }

    protected sealed record Page(IReadOnlyList<JsonElement> Items, string? Next);
}

internal abstract record SourceAnswer
{
    public sealed record Read(IReadOnlyList<JsonElement> Items, bool IsComplete) : SourceAnswer;

    public sealed record Away(string Why) : SourceAnswer;
}

internal sealed class OrdersExport(HttpClient http)
    : ExportSource(http, "orders", "/orders/export", Scopes.OrdersRead);

internal sealed class PaymentsExport(HttpClient http)
    : ExportSource(http, "payments", "/payments/export", Scopes.PaymentsRead);

internal sealed class InventoryExport(HttpClient http)
    : ExportSource(http, "inventory", "/stock/receipts/export", Scopes.InventoryRead);

/// <summary>The basket is one thing: the only item, when there is anything in it.</summary>
internal sealed class BasketsExport(HttpClient http) : ExportSource(http, "baskets", "/baskets/mine", "baskets.read")
{
    public override bool Concerns(Account account) => account.Roles.Contains("customer");

    protected override async Task<Page> ReadPageAsync(string token, string? before, CancellationToken stop)
    {
        var basket = await GetAsync<JsonElement>("/baskets/mine", token, stop);
        return new Page(basket.GetProperty("lines").GetArrayLength() > 0 ? [basket] : [], null);
    }
}

/// <summary>In which language a person is written to, and what of it they do not want: one item. Of the mails there is
/// nothing to ask for.</summary>
internal sealed class NotificationsExport(HttpClient http)
    : ExportSource(http, Name, "/notifications/preferences", Scopes.UsersRead)
{
    public const string Name = "notifications";

    public override bool IsDispensable => true;

    protected override async Task<Page> ReadPageAsync(string token, string? before, CancellationToken stop) =>
        new([await GetAsync<JsonElement>("/notifications/preferences", token, stop)], null);
}
