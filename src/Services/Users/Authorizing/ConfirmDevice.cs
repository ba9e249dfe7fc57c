using System.Collections.Immutable;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;
using Tessera.Users.SecondFactor;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>/account/device: a person enters the code that a device shows and says yes or no to what it asks for (RFC
/// 8628 §3.3). Also with a link that has the code in it people are asked: somebody else may have sent it.</summary>
internal static class ConfirmDevice
{
    public const string Path = "/account/device";
    public const string Code = "user_code";
    public const string Answer = "answer";
    public const string Yes = "yes";
    public const string No = "no";
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static async Task<IResult> Handle(
        HttpContext context, ClientStore clients, AccountStore accounts, StartAuthorization start,
        SignInFailures guesses, NeedSecondFactor need, IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        if (AccountCookie.UserOf(context.User) is { } who && await accounts.FindAsync(who, stop) is { } operating
            && await need.PageBeforeAsync(operating, context.User, Path, stop) is { } first)
        {
            return SeeOther.To(first);
        }
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(stop) : null;
        var code = (form?[Code] ?? context.Request.Query[Code]).ToString().Trim();
        if (context.Request.Query["done"].ToString() is { Length: > 0 } done)
            return Page(new DeviceAsk { IsDone = true, IsAllowed = done == Yes });
        if (code.Length == 0) return Page(new DeviceAsk());
        // Codes are short, so that people can type them: guesses are limited, whoever makes them (RFC 8628 §5.1).
        var key = SignInKey.OfNetwork("device code", context, tessera.Value);
        if ((await guesses.ReadAsync(key, stop)).IsBlocked)
            return Page(new DeviceAsk { Fault = "device.many" }, 429);
        if ((await context.AuthenticateAsync(Scheme)).Principal is not { } asked
            || asked.GetClaim(Claims.ClientId) is not { } id
            || await clients.FindScopesAsync(id, stop) is not { } client)
        {
            await guesses.CountAsync(key, stop);
            return Page(new DeviceAsk { Fault = "device.wrong" }, 422);
        }
        var scopes = TokenPrincipal.Meant(asked.GetScopes(), client.IsOwn, client.Allowed).ToImmutableArray();
        return form?[Answer].ToString() switch
        {
            Yes => await AllowAsync(context, client, scopes, accounts, start, tessera.Value.Audience, stop),
            No => Results.Forbid(new AuthenticationProperties { RedirectUri = $"{Path}?done={No}" }, [Scheme]),
            _ => Page(new DeviceAsk { Code = code, Client = client.Name, Scopes = asked.GetScopes() }),
        };
    }

    private static async Task<IResult> AllowAsync(
        HttpContext context, ClientScopes client, ImmutableArray<string> scopes, AccountStore accounts,
        StartAuthorization start, string audience, CancellationToken stop)
    {
        if (AccountCookie.UserOf(context.User) is not { } user
            || AccountCookie.SessionOf(context.User) is not { } session
            || await accounts.FindAsync(user, stop) is not { } account
            || await start.TryBeginAsync(user, client, scopes, session, stop) is not { } authorization)
        {
            return Page(new DeviceAsk { Fault = "device.gone" }, 422);
        }
        var signedInAt = (await context.AuthenticateAsync(AccountCookie.Scheme)).Properties?.IssuedUtc;
        return Results.SignIn(
            TokenPrincipal.OfPerson(account, scopes, audience, authorization, SignedIn.Now(session, signedInAt)),
            new AuthenticationProperties { RedirectUri = $"{Path}?done={Yes}" }, Scheme);
    }

    private static RazorComponentResult<DevicePage> Page(DeviceAsk ask, int status = StatusCodes.Status200OK) =>
        PageRules.Page<DevicePage>(status, (nameof(DevicePage.Ask), ask));
}

/// <summary>Where a person stands with a device's code.</summary>
public sealed class DeviceAsk
{
    public string Code { get; init; } = "";

    /// <summary>Null until the code is known.</summary>
    public string? Client { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The key of a text.</summary>
    public string? Fault { get; init; }

    public bool IsDone { get; init; }

    public bool IsAllowed { get; init; }
}
