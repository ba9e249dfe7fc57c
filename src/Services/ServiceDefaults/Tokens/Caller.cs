using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>Who calls, from the verified token. A handler takes it as a parameter and checks ownership
/// with it.</summary>
/// <param name="Id">The token's subject: a user, or the client that a machine calls as.</param>
/// <param name="Actor">Who acts for the subject (RFC 8693 §4.1), if not the subject.</param>
public sealed record Caller(Guid Id, bool IsOperator, bool IsCustomer, Guid? Actor)
{
    /// <summary>Whether no person calls. What the machine may do at all, its scopes have said.</summary>
    public bool IsMachine { get; init; }

    public static ValueTask<Caller?> BindAsync(HttpContext context) => new(From(context.User));

    /// <summary>Whether what belongs to others is open to the caller, as far as the scopes reach.</summary>
    public bool SeesAll => IsOperator || IsMachine;

    /// <summary>Whether the caller may see what belongs to <paramref name="owner"/>.</summary>
    public bool MaySee(Guid owner) => Id == owner || SeesAll;

    internal static Caller From(ClaimsPrincipal user) =>
        Guid.TryParse(user.FindFirstValue("sub"), out var id)
            ? new Caller(id, user.IsInRole("operator"), user.IsInRole("customer"), ActorOf(user))
            {
                IsMachine = user.IsInRole(Policies.MachineRole),
            }
            : throw new InvalidOperationException(
                "A handler takes a Caller but its endpoint requires no token: add RequireAuthorization.");

    private static Guid? ActorOf(ClaimsPrincipal user)
    {
        if (user.FindFirstValue("act") is not { } act) return null;
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(act);
            return document.RootElement.TryGetProperty("sub", out var sub) && sub.TryGetGuid(out var actor)
                ? actor
                : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
