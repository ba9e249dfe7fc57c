using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

internal static class InventoryApi
{
    public static void MapInventory(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/availability", ReadAvailability.Handle).AllowAnonymous();

        var stock = routes.MapGroup("/stock").RequireScope(Scopes.InventoryRead);
        stock.MapGet("/", ReadStock.List).RequireAuthorization(Policies.SignedIn);
        stock.MapGet("/receipts/export", ExportReceipts.Handle).RequireAuthorization(Policies.Person);
        stock.MapGet("/orders/{order:guid}/history", ReadReservation.Handle).RequireAuthorization(Policies.Operator);
        stock.MapGet("/{sku}", ReadStock.One).RequireAuthorization(Policies.SignedIn);
        stock.MapGet("/{sku}/receipts", ReadStock.Receipts).RequireAuthorization(Policies.Operator);
        stock.MapPost("/{sku}/receipts", ReceiveStock.One).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.InventoryWrite);
        stock.MapPost("/receipts", ReceiveStock.Many).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.InventoryWrite);
    }
}
