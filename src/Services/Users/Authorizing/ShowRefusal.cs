using Microsoft.AspNetCore;
using Microsoft.Net.Http.Headers;
using Tessera.Users.Pages;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.AspNetCore.OpenIddictServerAspNetCoreHandlers;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Tessera.Users;

/// <summary>A person whose browser was sent here with a request that is refused, and that names no address to go back
/// to which may be trusted, is told so by a page. Programs get the error as it is.</summary>
internal static class ShowRefusal
{
    private const string Html = "text/html";

    public static void ShowRefusals(this OpenIddictServerBuilder server)
    {
        server.Show<ApplyAuthorizationResponseContext>(context => context.RedirectUri is null);
        server.Show<ApplyEndSessionResponseContext>(context => context.PostLogoutRedirectUri is null);
        // Who said no to a device goes on to the page that says so.
        server.Show<ApplyEndUserVerificationResponseContext>(context => context.Error != Errors.AccessDenied);
    }

    private static void Show<TContext>(this OpenIddictServerBuilder server, Func<TContext, bool> endsHere)
        where TContext : BaseRequestContext => server.AddEventHandler<TContext>(handler => handler
        .UseInlineHandler(context => endsHere(context) ? ShowAsync(context) : ValueTask.CompletedTask)
        .SetOrder(AttachHttpResponseCode<TContext>.Descriptor.Order + 1));

    private static async ValueTask ShowAsync(BaseRequestContext context)
    {
        var response = context.Transaction.Response;
        if (response?.Error is not { } error || context.Transaction.GetHttpRequest() is not { } request
            || !Accepts(request))
        {
            return;
        }
        var http = request.HttpContext;
        await PageRules.PrepareAsync(http);
        await PageRules.Page<RefusedPage>(
            StatusCodes.Status400BadRequest, (nameof(RefusedPage.Error), error),
            (nameof(RefusedPage.Why), response.ErrorDescription)).ExecuteAsync(http);
        context.HandleRequest();
    }

    private static bool Accepts(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        && accepted.Any(type => type.MediaType.Equals(Html, StringComparison.OrdinalIgnoreCase));
}
