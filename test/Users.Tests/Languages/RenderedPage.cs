using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Users.Pages;
using Tessera.Users.Texts;

namespace Tessera.Users.Tests.Languages;

/// <summary>An account page as the browser gets it, without the service around it.</summary>
/// <param name="Query">Of its address.</param>
internal sealed partial record RenderedPage(Type Component, string Query, params (string Name, object? Value)[] Given)
{
    private static readonly IServiceProvider services = Services();

    public bool IsSignedIn { get; init; }

    /// <summary>What is read or heard of it, each piece by itself.</summary>
    public async Task<IReadOnlyList<string>> PiecesAsync(string language)
    {
        var html = await HtmlAsync(language);
        Assert.Contains($"<html lang=\"{language}\">", html, StringComparison.Ordinal);
        return
        [
            .. Text().Matches(html).Concat(Heard().Matches(html))
                .Select(match => Gap().Replace(WebUtility.HtmlDecode(match.Groups[1].Value), " ").Trim())
                .Where(piece => piece.Length > 0),
        ];
    }

    public override string ToString() => Component.Name + Query;

    private async Task<string> HtmlAsync(string language)
    {
        await using var scope = services.CreateAsyncScope();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Method = HttpMethods.Get;
        (context.Request.Scheme, context.Request.Host) = ("http", new HostString("127.0.0.1"));
        (context.Request.Path, context.Request.QueryString) = (AccountPages.SignIn, new QueryString(Query));
        context.Request.Headers.AcceptLanguage = language;
        if (IsSignedIn)
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(AccountCookie.Subject, Guid.NewGuid().ToString("D"))], AccountCookie.Scheme));
        }
        context.Response.Body = body;
        scope.ServiceProvider.GetRequiredService<IHttpContextAccessor>().HttpContext = context;
        await new RazorComponentResult(Component, Given.ToDictionary(one => one.Name, one => one.Value))
        {
            PreventStreamingRendering = true,
        }.ExecuteAsync(context);
        return Encoding.UTF8.GetString(body.ToArray());
    }

    private static IServiceProvider Services()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddRazorComponents();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddAntiforgery();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddScoped(
            provider => Words.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!.Request));
        return builder.Build().Services;
    }

    [GeneratedRegex(">([^<>]+)<")]
    private static partial Regex Text();

    [GeneratedRegex(@"\s(?:aria-label|alt|title|placeholder)=""([^""]+)""")]
    private static partial Regex Heard();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Gap();
}
