using System.Collections.Immutable;
using Microsoft.AspNetCore.WebUtilities;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;

namespace Tessera.Users;

/// <summary>/account/consent: whether a client that is not the store's may do what it asks for. The way back is the
/// authorization request itself, which is checked again as a whole.</summary>
internal static class Consent
{
    public const string Path = "/account/consent";
    public const string Answer = "answer";
    public const string Yes = "yes";

    public static async Task<IResult> Show(HttpContext context, ClientStore clients, CancellationToken stop) =>
        await AskedAsync(context, clients, stop) is { } asked
            ? PageRules.Page<ConsentPage>(
                StatusCodes.Status200OK, (nameof(ConsentPage.Client), asked.Client.Name),
                (nameof(ConsentPage.Scopes), asked.Scopes), (nameof(ConsentPage.Back), asked.Back))
            : SeeOther.To(AccountPages.Overview);

    public static async Task<IResult> Handle(
        HttpContext context, ClientStore clients, StartAuthorization start, ConsentTicket ticket,
        CancellationToken stop)
    {
        if (await AskedAsync(context, clients, stop) is not { } asked
            || AccountCookie.UserOf(context.User) is not { } user)
        {
            return SeeOther.To(AccountPages.Overview);
        }
        var form = await context.Request.ReadFormAsync(stop);
        if (form[Answer] != Yes) return SeeOther.To($"{asked.Back}&{Authorize.Denied}=1");
        if (!await start.HasConsentedAsync(user, asked.Client, asked.Scopes, stop))
            await start.RememberConsentAsync(user, asked.Client, asked.Scopes, stop);
        return SeeOther.To(
            $"{asked.Back}&{Authorize.Allowed}={Uri.EscapeDataString(ticket.Issue(user, asked.Back))}");
    }

    private static async Task<Asked?> AskedAsync(HttpContext context, ClientStore clients, CancellationToken stop)
    {
        if (ReturnUrl.Of(context) is not { } back
            || !back.StartsWith(Authorize.Path + "?", StringComparison.Ordinal))
        {
            return null;
        }
        var query = QueryHelpers.ParseQuery(back[Authorize.Path.Length..]);
        if (!query.TryGetValue("client_id", out var id)
            || await clients.FindScopesAsync(id.ToString(), stop) is not { } client)
        {
            return null;
        }
        var scopes = query.TryGetValue("scope", out var given) ? given.ToString() : "";
        return new Asked(
            client, [.. scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()], back);
    }

    private sealed record Asked(ClientScopes Client, ImmutableArray<string> Scopes, string Back);
}
