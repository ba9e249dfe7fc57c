namespace Tessera.Services.Tests;

/// <summary>Who may call what, at the services' own ports: one row for each operation. Written down a second time,
/// beside the endpoints' own word, so that a change of either is seen.</summary>
internal static class Access
{
    private static readonly Dictionary<string, Row> ofEveryService = new(StringComparer.Ordinal)
    {
        ["GET /messaging/status"] = new(Who.Operators, "messaging.read"),
        ["GET /messaging/keys/{key}"] = new(Who.Operators, "messaging.read"),
        ["GET /messaging/parked/causes"] = new(Who.Operators, "messaging.read"),
        ["GET /messaging/parked/acts"] = new(Who.Operators, "messaging.read"),
        ["GET /messaging/parked"] = new(Who.Operators, "messaging.read"),
        ["POST /messaging/parked/replay"] = new(Who.Operators, "messaging.write"),
        ["POST /messaging/parked/discard"] = new(Who.Operators, "messaging.write"),
        ["POST /messaging/parked/change"] = new(Who.Operators, "messaging.write"),
        ["GET /messaging/parked/changes/{id}"] = new(Who.Operators, "messaging.read"),
    };

    private static readonly Dictionary<string, Dictionary<string, Row>> byService = new(StringComparer.Ordinal)
    {
        ["Catalog"] = new()
        {
            ["GET /products"] = new(Who.Anyone, ""),
            ["GET /products/search/suggestions"] = new(Who.Anyone, ""),
            ["GET /products/{sku}"] = new(Who.Anyone, ""),
            ["GET /products/{sku}/pictures/{number}/{width}"] = new(Who.Anyone, ""),
            ["PUT /products/{sku}/pictures/{number}"] = new(Who.Operators, "catalog.write"),
            ["DELETE /products/{sku}/pictures/{number}"] = new(Who.Operators, "catalog.write"),
            ["PUT /products/{sku}"] = new(Who.Operators, "catalog.write"),
            ["PUT /products/{sku}/price"] = new(Who.Operators, "catalog.write"),
            ["DELETE /products/{sku}"] = new(Who.Operators, "catalog.write"),
            ["POST /products/import"] = new(Who.Operators, "catalog.write"),
        },
        ["Baskets"] = new()
        {
            ["GET /baskets/mine"] = new(Who.Customers, "baskets.read"),
            ["DELETE /baskets/mine"] = new(Who.Customers, "baskets.write"),
            ["PUT /baskets/mine/lines/{sku}"] = new(Who.Customers, "baskets.write"),
            ["DELETE /baskets/mine/lines/{sku}"] = new(Who.Customers, "baskets.write"),
            ["POST /baskets/mine/merge"] = new(Who.Customers, "baskets.write"),
            ["POST /baskets/mine/ordered"] = new(Who.Customers, "baskets.write"),
            ["GET /baskets/{id}"] = new(Who.Anyone, ""),
            ["PUT /baskets/{id}/lines/{sku}"] = new(Who.Anyone, ""),
            ["DELETE /baskets/{id}/lines/{sku}"] = new(Who.Anyone, ""),
        },
        ["Inventory"] = new()
        {
            ["GET /availability"] = new(Who.Anyone, ""),
            ["GET /stock"] = new(Who.SignedIn, "inventory.read"),
            ["GET /stock/receipts/export"] = new(Who.People, "inventory.read"),
            ["GET /stock/orders/{order}/history"] = new(Who.Operators, "inventory.read"),
            ["GET /stock/{sku}"] = new(Who.SignedIn, "inventory.read"),
            ["GET /stock/{sku}/receipts"] = new(Who.Operators, "inventory.read"),
            ["POST /stock/{sku}/receipts"] = new(Who.Operators, "inventory.write"),
            ["POST /stock/receipts"] = new(Who.Operators, "inventory.write"),
        },
        ["Orders"] = new()
        {
            ["POST /orders"] = new(Who.Customers, "orders.write"),
            ["GET /orders"] = new(Who.SignedIn, "orders.read"),
            ["GET /orders/export"] = new(Who.People, "orders.read"),
            ["GET /orders/{id}"] = new(Who.SignedIn, "orders.read"),
            ["GET /orders/{id}/history"] = new(Who.Operators, "orders.read"),
            ["GET /orders/pace"] = new(Who.Operators, "orders.read"),
            ["GET /orders/acts"] = new(Who.Operators, "orders.read"),
            ["GET /orders/{id}/events"] = new(Who.SignedIn, "orders.read"),
            ["GET /orders/delivery-options"] = new(Who.Anyone, ""),
            ["POST /orders/{id}/cancel"] = new(Who.SignedIn, "orders.write"),
            ["PUT /orders/{id}/note"] = new(Who.Operators, "orders.write"),
            ["POST /orders/{id}/ship"] = new(Who.Operators, "orders.write"),
        },
        ["Payments"] = new()
        {
            ["GET /payments/orders/{order}"] = new(Who.SignedIn, "payments.read"),
            ["GET /payments/orders/{order}/history"] = new(Who.Operators, "payments.read"),
            ["GET /payments/export"] = new(Who.People, "payments.read"),
            ["GET /payments/ledger"] = new(Who.Operators, "payments.read"),
            ["POST /payments/callbacks/{provider}"] = new(Who.Anyone, ""), // Its signature says who.
        },
        ["Users"] = new()
        {
            ["POST /users"] = new(Who.Anyone, ""),
            ["GET /users/me"] = new(Who.People, "users.read"),
            ["GET /users/me/export"] = new(Who.People, "users.read") { AsksOthers = true },
            ["PUT /users/me"] = new(Who.People, "users.write"),
            ["DELETE /users/me"] = new(Who.People, "users.write"),
            ["POST /users/me/password"] = new(Who.People, "users.write"),
            ["GET /users/me/sessions"] = new(Who.People, "users.read"),
            ["DELETE /users/me/sessions/{session}"] = new(Who.People, "users.write"),
            ["GET /users/me/addresses"] = new(Who.People, "users.read"),
            ["PUT /users/me/addresses/{address}"] = new(Who.People, "users.write"),
            ["POST /users/me/addresses"] = new(Who.People, "users.write"),
            ["DELETE /users/me/addresses/{address}"] = new(Who.People, "users.write"),
            ["POST /users/customers"] = new(Who.Operators, "users.write"),
            ["GET /users/customers/{number}"] = new(Who.Operators, "users.read"),
            ["GET /users/acting"] = new(Who.Operators, "users.read"),
            ["POST /users/{user}/tokens"] = new(Who.Operators, "users.act"),
            ["POST /users/tokens"] = new(Who.Operators, "users.act"),
            ["GET /users/clients"] = new(Who.Operators, "clients.read"),
            ["POST /users/clients"] = new(Who.Operators, "clients.write"),
            ["DELETE /users/clients/{client}"] = new(Who.Operators, "clients.write"),
            ["GET /users/{user}/contact"] = new(Who.Machines, "users.contact"),
        },
        ["Webhooks"] = new()
        {
            ["GET /webhooks/types"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks"] = new(Who.Operators, "webhooks"),
            ["GET /webhooks"] = new(Who.Operators, "webhooks"),
            ["GET /webhooks/{id}"] = new(Who.Operators, "webhooks"),
            ["PUT /webhooks/{id}"] = new(Who.Operators, "webhooks"),
            ["DELETE /webhooks/{id}"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/pause"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/resume"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/secret"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/test"] = new(Who.Operators, "webhooks"),
            ["GET /webhooks/{id}/acts"] = new(Who.Operators, "webhooks"),
            ["GET /webhooks/{id}/deliveries"] = new(Who.Operators, "webhooks"),
            ["GET /webhooks/{id}/deliveries/{delivery}"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/deliveries/{delivery}/redeliver"] = new(Who.Operators, "webhooks"),
            ["POST /webhooks/{id}/redeliveries"] = new(Who.Operators, "webhooks"),
        },
    };

    public static IReadOnlyDictionary<string, Row> Of(string service) =>
        byService[service].Concat(ofEveryService).ToDictionary(row => row.Key, row => row.Value);
}

/// <param name="Scope">What the token must have been given for.</param>
internal sealed record Row(Who Who, string Scope)
{
    /// <summary>Who may call it gets 503 where the service runs alone.</summary>
    public bool AsksOthers { get; init; }
}

internal enum Who
{
    Anyone,

    /// <summary>Anyone with a good token; whose thing it is, the handler asks.</summary>
    SignedIn,

    /// <summary>Anyone with an account; no machine.</summary>
    People,
    Customers,

    /// <summary>And machines with the scope.</summary>
    Operators,

    /// <summary>With the scope; no person.</summary>
    Machines,
}
