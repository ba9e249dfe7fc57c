using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class OrdersApi
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders");
        orders.MapPost("/", PlaceOrder.Handle).RequireAuthorization(Policies.Customer)
            .RequireScope(Scopes.OrdersWrite);
        orders.MapGet("/", ReadOrders.Mine).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/{id:guid}", ReadOrders.One).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead);
        orders.MapPost("/{id:guid}/cancel", CancelOrder.Handle).RequireAuthorization(Policies.Customer)
            .RequireScope(Scopes.OrdersWrite);
        orders.MapPost("/{id:guid}/ship", ShipOrder.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersWrite);
    }
}
