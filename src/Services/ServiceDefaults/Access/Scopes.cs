namespace Tessera.ServiceDefaults;

/// <summary>What a token may be used for (RFC 6749 §3.3): each service of the shop has <c>NAME.read</c> and
/// <c>NAME.write</c>, and some things have scopes of their own. A person's role says which of them the person
/// can hand on; a machine has those that its client was given.</summary>
public static class Scopes
{
    public const string CatalogWrite = "catalog.write";
    public const string InventoryRead = "inventory.read";
    public const string InventoryWrite = "inventory.write";
    public const string OrdersRead = "orders.read";
    public const string OrdersWrite = "orders.write";
    public const string PaymentsRead = "payments.read";
    public const string UsersRead = "users.read";
    public const string UsersWrite = "users.write";

    /// <summary>To get tokens that act for a customer.</summary>
    public const string UsersAct = "users.act";

    /// <summary>To learn a person's name and address in order to write to them; of machines alone.</summary>
    public const string UsersContact = "users.contact";
    public const string ClientsRead = "clients.read";
    public const string ClientsWrite = "clients.write";

    /// <summary>To have events delivered: a machine that has it manages its own endpoints, and sees no others.
    /// </summary>
    public const string Webhooks = "webhooks";
    public const string MessagingRead = "messaging.read";
    public const string MessagingWrite = "messaging.write";

    public static IReadOnlyList<string> All { get; } =
    [
        .. Shop.Interfaces.Where(name => name != Webhooks)
            .SelectMany(name => new[] { $"{name}.read", $"{name}.write" }),
        UsersAct, UsersContact, ClientsRead, ClientsWrite, MessagingRead, MessagingWrite, Webhooks,
    ];

    private static readonly string[] ofPeople = [.. All.Except([UsersContact])];

    private static readonly string[] ofOperatorsAlone =
    [
        CatalogWrite, InventoryWrite, UsersAct, ClientsRead, ClientsWrite, MessagingRead, MessagingWrite, Webhooks,
    ];

    private static readonly string[] ofCustomers = [.. ofPeople.Except(ofOperatorsAlone)];

    /// <summary>What a person of this role can do at all.</summary>
    public static IReadOnlyList<string> OfRole(string? role) => role switch
    {
        "operator" => ofPeople,
        "customer" => ofCustomers,
        _ => [],
    };
}
