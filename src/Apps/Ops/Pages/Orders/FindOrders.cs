using System.Globalization;
using Tessera.Ops.Calling;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Orders;

/// <summary>Orders by number, buyer, reference, product, state or time.</summary>
internal static class FindOrders
{
    public static readonly string[] States = ["Placed", "StockReserved", "Confirmed", "Shipped", "Cancelled"];

    public static async Task<IResult> Handle(
        Operator me, CancellationToken stop, string? q = null, string? state = null, string? sku = null,
        string? from = null, string? to = null, string? before = null)
    {
        var search = new OrderSearch(Trim(q), Trim(state), Trim(sku), Trim(from), Trim(to), before);
        // Such a number is an order's, or else a buyer's, or else somebody's reference.
        if (Guid.TryParse(search.Text, out var id) && search is { State: null, Sku: null, From: null, To: null })
        {
            var one = await me.GetAnswerAsync<OrderHistoryView>($"/orders/{id}/history", stop);
            if (one.IsGood) return Results.Redirect($"{OpsOptions.Root}/orders/{id}");
        }
        var isBuyer = id != Guid.Empty;
        var found = await me.GetAnswerAsync<OrderPage>(
            "/orders" + Query(search, isBuyer ? "buyer" : "reference"), stop);
        if (isBuyer && found.Value is { Items.Count: 0 })
            found = await me.GetAnswerAsync<OrderPage>("/orders" + Query(search, "reference"), stop);
        return Page.Show<OrdersPage>(
            found.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(OrdersPage.Search), search), (nameof(OrdersPage.Found), found.Value),
            (nameof(OrdersPage.Fault), found.IsGood ? null : found.Why()));
    }

    /// <param name="kind">What its text is.</param>
    private static string Query(OrderSearch search, string kind) => QueryText.Of(
        "?", ("size", 50.ToString(CultureInfo.InvariantCulture)), (kind, search.Text),
        ("state", search.State), ("sku", search.Sku), ("from", TimeOf(search.From)), ("to", TimeOf(search.To)),
        ("before", search.Before));

    /// <summary>What a browser's field of date and time says, as UTC; what it does not say is for Orders to refuse.
    /// </summary>
    private static string? TimeOf(string? text) => DateTime.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out var time) ? time.ToString("o", CultureInfo.InvariantCulture) : text;

    private static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

public sealed record OrderSearch(
    string? Text, string? State, string? Sku, string? From, string? To, string? Before)
{
    /// <summary>The address of the page behind this one.</summary>
    public string Next(string before) => $"{OpsOptions.Root}/orders" + QueryText.Of(
        "?", ("q", Text), ("state", State), ("sku", Sku), ("from", From), ("to", To), ("before", before));
}
