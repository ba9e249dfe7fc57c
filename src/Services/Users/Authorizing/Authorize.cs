using System.Collections.Immutable;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;
using Tessera.Users.SecondFactor;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>/connect/authorize (RFC 6749 §4.1.1, RFC 7636). The token server has checked client, address and challenge;
/// here people sign in, and say whether they trust a client that is not the store's.</summary>
internal static class Authorize
{
    public const string Path = "/connect/authorize";

    /// <summary>The answer of <see cref="Consent"/> when it is no.</summary>
    public const string Denied = "consent_denied";

    /// <summary>The <see cref="ConsentTicket"/> of <see cref="Consent"/> when it is yes.</summary>
    public const string Allowed = "consent_given";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static async Task<IResult> Handle(
        HttpContext context, ClientStore clients, AccountStore accounts, StartAuthorization start,
        ConsentTicket ticket, NeedSecondFactor need, IOptions<TesseraOptions> tessera, TimeProvider clock,
        CancellationToken stop)
    {
        var request = context.GetOpenIddictServerRequest()
            ?? throw new InvalidOperationException("The authorization endpoint was reached around the token server.");
        var client = await clients.FindScopesAsync(request.ClientId!, stop)
            ?? throw new InvalidOperationException($"The client {request.ClientId} is gone.");
        var cookie = await context.AuthenticateAsync(AccountCookie.Scheme);
        if (cookie.Principal is not { } principal || MustSignInAgain(request, cookie.Properties, clock)
            || AccountCookie.UserOf(principal) is not { } user || AccountCookie.SessionOf(principal) is not { } session
            || await accounts.FindAsync(user, stop) is not { } account)
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "Nobody is signed in.")
                : SeeOther.To(ReturnUrl.AddTo(AccountPages.SignIn, Again(request, PromptValues.Login)));
        }
        if (await need.PageBeforeAsync(account, principal, Again(request, PromptValues.Login), stop) is { } page)
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.InteractionRequired, "The sign-in needs a second factor.")
                : SeeOther.To(page);
        }
        var scopes = TokenPrincipal.Meant(request.GetScopes(), client.IsOwn, client.Allowed).ToImmutableArray();
        if (!client.IsOwn)
        {
            if (request.GetParameter(Denied) is not null)
                return Refuse(Errors.AccessDenied, "The client was not allowed this.");
            var again = Again(request, PromptValues.Consent);
            var isAllowed = MayBeAnybody(request, client)
                ? request.GetParameter(Allowed) is { } given && ticket.IsFor(user, again, (string?)given ?? "")
                : await start.HasConsentedAsync(user, client, scopes, stop);
            if (request.HasPromptValue(PromptValues.Consent) || !isAllowed)
            {
                return request.HasPromptValue(PromptValues.None)
                    ? Refuse(Errors.ConsentRequired, "Nobody has allowed the client this.")
                    : SeeOther.To(ReturnUrl.AddTo(Consent.Path, again));
            }
        }
        if (await start.TryBeginAsync(user, client, scopes, session, stop) is not { } authorization)
            return Refuse(Errors.AccessDenied, "The account is gone.");
        return Results.SignIn(
            TokenPrincipal.OfPerson(
                account, scopes, tessera.Value.Audience, authorization,
                SignedIn.Now(session, cookie.Properties?.IssuedUtc)),
            properties: null, Scheme);
    }

    /// <summary>The same request as a link, for the way back from a page that has done what was prompted for.</summary>
    private static string Again(OpenIddictRequest request, string done)
    {
        var prompts = request.GetPromptValues().Remove(done);
        var parameters = request.GetParameters()
            .Where(parameter => parameter.Key is not (Parameters.Prompt or Parameters.MaxAge or Denied or Allowed))
            .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value));
        if (prompts.Length > 0) parameters = parameters.Append(new(Parameters.Prompt, string.Join(' ', prompts)));
        return Path + QueryString.Create(parameters);
    }

    /// <summary>Any program of the person's machine can say that it is a client without a secret, and take the answer
    /// at an address that no other party vouches for: consent to such a one is not remembered (RFC 8252 §8.6).
    /// </summary>
    private static bool MayBeAnybody(OpenIddictRequest request, ClientScopes client) =>
        client.IsPublic && !request.RedirectUri!.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    private static bool MustSignInAgain(
        OpenIddictRequest request, AuthenticationProperties? signedIn, TimeProvider clock) =>
        request.HasPromptValue(PromptValues.Login)
        || request.MaxAge is { } age
            && (signedIn?.IssuedUtc is not { } at || (clock.GetUtcNow() - at).TotalSeconds > age);

    private static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [Scheme]);
}
