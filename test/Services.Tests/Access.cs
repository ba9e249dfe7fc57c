namespace Tessera.Services.Tests;

/// <summary>Who may call what, at the services' own ports: one row for each operation. Written down a second time,
/// beside the endpoints' own word, so that a change of either is seen.</summary>
internal static class Access
{
    private static readonly Dictionary<string, Who> ofEveryService = new(StringComparer.Ordinal)
    {
        ["GET /messaging/status"] = Who.Operators,
        ["GET /messaging/parked"] = Who.Operators,
        ["POST /messaging/parked/replay"] = Who.Operators,
        ["POST /messaging/parked/discard"] = Who.Operators,
    };

    private static readonly Dictionary<string, Dictionary<string, Who>> byService = new(StringComparer.Ordinal)
    {
        ["Catalog"] = new()
        {
            ["GET /products"] = Who.Anyone,
            ["GET /products/{sku}"] = Who.Anyone,
            ["PUT /products/{sku}"] = Who.Operators,
            ["PUT /products/{sku}/price"] = Who.Operators,
            ["DELETE /products/{sku}"] = Who.Operators,
            ["POST /products/import"] = Who.Operators,
        },
        ["Inventory"] = new()
        {
            ["GET /stock"] = Who.SignedIn,
            ["GET /stock/{sku}"] = Who.SignedIn,
            ["POST /stock/{sku}/receipts"] = Who.Operators,
            ["POST /stock/receipts"] = Who.Operators,
        },
        ["Orders"] = new()
        {
            ["POST /orders"] = Who.Customers,
            ["GET /orders"] = Who.SignedIn,
            ["GET /orders/{id}"] = Who.SignedIn,
            ["GET /orders/{id}/events"] = Who.SignedIn,
            ["POST /orders/{id}/cancel"] = Who.Customers,
            ["POST /orders/{id}/ship"] = Who.Operators,
        },
        ["Payments"] = new()
        {
            ["GET /payments/orders/{order}"] = Who.SignedIn,
            ["GET /payments/ledger"] = Who.Operators,
        },
        ["Users"] = new()
        {
            ["POST /users"] = Who.Anyone,
            ["GET /users/me"] = Who.SignedIn,
            ["PUT /users/me"] = Who.SignedIn,
            ["DELETE /users/me"] = Who.SignedIn,
            ["POST /users/me/addresses"] = Who.SignedIn,
            ["DELETE /users/me/addresses/{address}"] = Who.SignedIn,
            ["POST /users/customers"] = Who.Operators,
            ["POST /users/{user}/tokens"] = Who.Operators,
        },
    };

    public static IReadOnlyDictionary<string, Who> Of(string service) =>
        byService[service].Concat(ofEveryService).ToDictionary(row => row.Key, row => row.Value);
}

internal enum Who
{
    Anyone,

    /// <summary>Anyone with a good token; whose thing it is, the handler asks.</summary>
    SignedIn,
    Customers,
    Operators,
}
