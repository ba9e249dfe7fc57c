using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class OrdersApi
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders");
        orders.MapPost("/", PlaceOrder.Handle).RequireAuthorization(Policies.Customer)
            .RequireScope(Scopes.OrdersWrite);
        orders.MapGet("/delivery-options", ListDeliveryOptions.Handle).AllowAnonymous();
        orders.MapGet("/", ReadOrders.List).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/export", ExportOrders.Handle).RequireAuthorization(Policies.Person)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/pace", ReadPace.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/acts", ReadActs.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/{id:guid}", ReadOrders.One).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/{id:guid}/history", ReadHistory.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersRead);
        orders.MapGet("/{id:guid}/events", FollowOrder.Handle).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead).Produces<string>(200, FollowOrder.MediaType)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(429).ProducesProblem(503);
        orders.MapMethods("/{id:guid}/events", ["HEAD"], FollowOrder.Head).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersRead).ExcludeFromDescription();
        orders.MapPost("/{id:guid}/cancel", CancelOrder.Handle).RequireAuthorization(Policies.SignedIn)
            .RequireScope(Scopes.OrdersWrite);
        orders.MapPut("/{id:guid}/note", NoteOrder.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersWrite);
        orders.MapPost("/{id:guid}/ship", ShipOrder.Handle).RequireAuthorization(Policies.Operator)
            .RequireScope(Scopes.OrdersWrite);
    }
}
